// A stand-in for the daemon while the screens are drawn: answers the app API with demo media
// from a folder made by demo-media/make.py. A tool for looking, never part of the app: tests
// that prove something run against the real daemon.
//
//   node tests/ui/mock-server.mjs [DEMO_FOLDER] [--port 4310] [--dist ui/dist] [--first-run] [--empty]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { rgbaToThumbHash } from 'thumbhash';

const argument = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at === -1 ? fallback : process.argv[at + 1];
};
const demo = process.argv[2]?.startsWith('--') === false ? process.argv[2] : '/tmp/demo';
const port = Number(argument('--port', '4310'));
const empty = process.argv.includes('--empty');
const cache = join(demo, '.cache');
mkdirSync(cache, { recursive: true });
const dist = argument('--dist', new URL('../../ui/dist', import.meta.url).pathname);
const now = Date.now();
const minute = 60_000;

// ---- the library ----

const idOf = (name) => createHash('md5').update(name).digest('hex');
const files = new Map();

function picture(source, name, width, extra = []) {
  const path = join(cache, `${name}-${width}.jpg`);
  if (!existsSync(path)) {
    execFileSync('convert', [
      source,
      '-auto-orient',
      ...extra,
      '-resize',
      `${width}x${width}`,
      '-quality',
      '82',
      path,
    ]);
  }
  return path;
}

function still(film, name, at) {
  const path = join(cache, `${name}-still.jpg`);
  if (!existsSync(path))
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-y',
      '-ss',
      String(at),
      '-i',
      film,
      '-frames:v',
      '1',
      path,
    ]);
  return path;
}

function pixels(path) {
  const side = 96;
  const text = execFileSync('identify', ['-format', '%w %h', path]).toString();
  const [width, height] = text.split(' ').map(Number);
  const scale = side / Math.max(width, height);
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(height * scale));
  const rgba = execFileSync('convert', [path, '-resize', `${w}x${h}!`, '-depth', '8', 'rgba:-']);
  return { hash: Buffer.from(rgbaToThumbHash(w, h, rgba)).toString('base64'), width, height };
}

function facts(path, name) {
  const known = join(cache, `${name}.json`);
  if (!existsSync(known)) writeFileSync(known, JSON.stringify(pixels(path)));
  return JSON.parse(readFileSync(known, 'utf8'));
}

const blank = {
  subtitle: null,
  year: null,
  durationMs: null,
  width: null,
  height: null,
  takenAt: null,
  favourite: false,
  rating: null,
  progress: null,
  thumbhash: null,
  thumb: null,
  preview: null,
  poster: null,
  artist: null,
  album: null,
  trackNo: null,
  state: 'ok',
  show: null,
  trashedAt: null,
};
const items = [];
const details = new Map();
const mime = { '.mp4': 'video/mp4', '.jpg': 'image/jpeg', '.flac': 'audio/flac' };

function addItem(name, path, card, detail = {}) {
  const id = idOf(name);
  files.set(`/media/${id}/original`, path);
  items.push({ ...blank, ...card, id });
  details.set(id, { path, ...detail });
  return id;
}

function video(name, path, at, card, detail = {}) {
  const frame = still(path, idOf(name), at);
  const { hash } = facts(picture(frame, idOf(name), 320), idOf(name));
  const id = idOf(name);
  files.set(`/preview/${id}/320`, picture(frame, id, 320));
  files.set(`/preview/${id}/1440`, picture(frame, id, 1440));
  return addItem(
    name,
    path,
    {
      durationMs: 60_000,
      width: 1280,
      height: 720,
      thumbhash: hash,
      thumb: `/preview/${id}/320`,
      preview: `/preview/${id}/1440`,
      ...card,
    },
    detail,
  );
}

const genres = [
  ['Drama'],
  ['Mystery', 'Drama'],
  ['Documentary'],
  ['Drama', 'Comedy'],
  ['Adventure'],
  ['Science fiction'],
  ['Drama'],
];
const blurbs = {
  Lanterns: 'Three sisters keep a lighthouse that no ship needs any more, until one does.',
  'The Quiet Swarm':
    'A beekeeper follows a single colony across a continent, one summer at a time.',
};

if (!empty) build();

function build() {
  const folder = join(demo, 'films');
  const names = readdirSync(folder).filter((name) =>
    existsSync(join(folder, name, `${name.replace(/ \(.*/, '')}.mp4`)),
  );
  for (const [index, name] of names.entries()) {
    const [, title, year] = /^(.*) \((\d+)\)$/.exec(name);
    const id = idOf(name);
    const art = join(folder, name, 'poster.jpg');
    files.set(`/preview/${id}/poster`, picture(art, `${id}-poster`, 480));
    files.set(`/preview/${id}/poster-large`, picture(art, `${id}-poster`, 1200));
    const watched = [0, 0.7, 0, 0.62, 0.2, 0, 0.93][index] ?? 0;
    video(
      name,
      join(folder, name, `${title}.mp4`),
      8 + index * 7,
      {
        kind: 'film',
        title,
        year: Number(year),
        addedAt: now - index * 5 * 60 * minute,
        poster: `/preview/${id}/poster`,
        rating: index === 1 ? 4 : null,
        favourite: index === 1,
        state: index === 5 ? 'missing' : 'ok',
        progress:
          watched === 0
            ? null
            : {
                positionMs: 60_000 * watched,
                durationMs: 60_000,
                finished: false,
                updatedAt: now - index * minute,
              },
      },
      {
        posterLarge: `/preview/${id}/poster-large`,
        genres: genres[index],
        description: blurbs[title] ?? null,
        chapters: [
          [0, 'Opening'],
          [14_000, 'The crossing'],
          [33_000, 'Low water'],
          [51_000, 'Home'],
        ].map(([startMs, text]) => ({ startMs, title: text })),
        captions: title === 'Lanterns',
      },
    );
  }
  const path = (title) =>
    join(
      folder,
      names.find((name) => name.startsWith(title)),
      `${title}.mp4`,
    );
  for (const [index, title] of [
    'Spring tide',
    'Salt',
    'The long ladder',
    'Ebb',
    'The keeper',
    'Undertow',
  ].entries()) {
    const season = index < 4 ? 1 : 2;
    const episode = index < 4 ? index + 1 : index - 3;
    video(
      `episode ${index}`,
      path(names[index % names.length].replace(/ \(.*/, '')),
      3 + index * 9,
      {
        kind: 'episode',
        title,
        year: 2021,
        addedAt: now - (100 + index) * minute,
        show: { id: idOf('show'), title: 'Harbour Lights', season, episode },
        progress:
          index === 0
            ? {
                positionMs: 60_000,
                durationMs: 60_000,
                finished: true,
                updatedAt: now - 90 * minute,
              }
            : index === 1
              ? {
                  positionMs: 47_000,
                  durationMs: 60_000,
                  finished: false,
                  updatedAt: now - 3 * minute,
                }
              : null,
      },
    );
  }
  for (const [index, title] of [
    'Night ferry',
    'First snow',
    'Weekend in the hills',
    'Harbour at dawn',
  ].entries()) {
    video(
      `clip ${index}`,
      path(names[(index + 3) % names.length].replace(/ \(.*/, '')),
      20 + index * 8,
      {
        kind: 'clip',
        title,
        addedAt: now - (30 + index * 400) * minute,
        takenAt: now - index * 40 * 24 * 60 * minute,
        durationMs: 60_000,
      },
    );
  }
  const photos = readdirSync(join(demo, 'photos')).filter((name) => name.endsWith('.jpg'));
  for (const [index, name] of photos.entries()) {
    const source = join(demo, 'photos', name);
    const id = idOf(name);
    const small = picture(source, id, 320);
    const { hash, width, height } = facts(small, id);
    files.set(`/preview/${id}/320`, small);
    files.set(`/preview/${id}/1440`, picture(source, id, 1440));
    addItem(
      name,
      source,
      {
        kind: 'photo',
        title: name,
        width: width * 5,
        height: height * 5,
        thumbhash: hash,
        thumb: `/preview/${id}/320`,
        preview: `/preview/${id}/1440`,
        addedAt: now - (3 + index) * minute,
        takenAt: now - Math.floor(index / 7) * 9.3 * 24 * 60 * minute - (index % 7) * 30 * minute,
        favourite: index % 9 === 2,
      },
      {
        camera: {
          make: 'Tributary',
          model: index % 2 === 0 ? 'Rill 35' : 'Weir X2',
          lens: null,
          fNumber: 2.8,
          exposure: '1/125',
          iso: 400,
          focalMm: 35,
        },
        gps: { latitude: 38.72, longitude: -9.14 },
      },
    );
  }
  const cover = picture(join(folder, names[0], 'poster.jpg'), 'cover', 600, [
    '-gravity',
    'north',
    '-crop',
    '1000x1000+0+0',
    '+repage',
  ]);
  files.set('/preview/cover/320', cover);
  for (const [index, name] of readdirSync(join(demo, 'music'))
    .filter((entry) => entry.endsWith('.flac'))
    .entries()) {
    const { hash } = facts(cover, 'cover');
    addItem(name, join(demo, 'music', name), {
      kind: 'track',
      title: name.slice(3, -5),
      artist: 'The Weir',
      album: 'Upstream',
      trackNo: index + 1,
      year: 2024,
      durationMs: (33 + index * 9) * 1000,
      thumb: '/preview/cover/320',
      preview: '/preview/cover/320',
      thumbhash: hash,
      addedAt: now - (20 + index) * minute,
    });
  }
}

const albums = empty
  ? []
  : [
      ['North coast', 14, 3],
      ['Winter light', 9, 21],
      ['Lisbon', 24, 30],
    ].map(([title, count, at]) => {
      const photo = items.filter((item) => item.kind === 'photo')[at];
      return {
        id: idOf(title),
        title,
        count,
        cover: photo?.thumb ?? null,
        thumbhash: photo?.thumbhash ?? null,
        createdAt: now,
        updatedAt: now,
      };
    });
const albumItems = (id) => {
  const index = albums.findIndex((album) => album.id === id);
  return items
    .filter((item) => item.kind === 'photo')
    .slice(index * 12, index * 12 + (albums[index]?.count ?? 0))
    .map((item) => item.id);
};

const settings = {
  language: 'auto',
  theme: 'system',
  keepInPlaceAboveMib: 64,
  importMode: 'auto',
  quotaBytes: null,
  autostart: false,
  notifications: false,
  closeToTray: 'ask',
  watchedThreshold: 0.92,
  seekSeconds: 10,
  autoplayNext: true,
  slideshowSeconds: 5,
  stripLocation: true,
  captions: { size: 100, color: '#ffffff', delayMs: 0 },
  firstRunDone: !process.argv.includes('--first-run'),
};

// ---- jobs ----

const listeners = new Set();
const emit = (name, data) => {
  for (const response of listeners)
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
};
const job = (fields) => ({
  id: idOf(`${fields.title}${fields.createdAt}`),
  kind: 'import',
  state: 'running',
  createdAt: now,
  finishedAt: null,
  filesTotal: 0,
  filesDone: 0,
  filesFailed: 0,
  filesDuplicate: 0,
  filesSkipped: 0,
  bytesTotal: 0,
  bytesDone: 0,
  bytesPerSecond: 0,
  etaSeconds: null,
  current: null,
  previewsPending: 0,
  message: null,
  why: null,
  ...fields,
});
let jobs = empty
  ? []
  : [
      job({
        title: 'Summer in the north',
        createdAt: now - 2 * minute,
        filesTotal: 412,
        filesDone: 168,
        bytesTotal: 8.4e9,
        bytesDone: 3.1e9,
        bytesPerSecond: 142e6,
        etaSeconds: 37,
        current: 'Summer in the north/IMG_2044.jpg',
        previewsPending: 22,
      }),
      job({
        title: 'Old camcorder tapes',
        state: 'paused',
        createdAt: now - 40 * minute,
        filesTotal: 9,
        filesDone: 3,
        bytesTotal: 61e9,
        bytesDone: 18e9,
        why: 'Paused by you',
      }),
      job({
        title: 'Films',
        state: 'done',
        createdAt: now - 300 * minute,
        finishedAt: now - 290 * minute,
        filesTotal: 7,
        filesDone: 6,
        filesFailed: 1,
        bytesTotal: 13e9,
        bytesDone: 13e9,
      }),
      job({
        title: 'IMG_1000.jpg and 47 more',
        state: 'done',
        createdAt: now - 26 * 60 * minute,
        finishedAt: now - 26 * 60 * minute + 9000,
        filesTotal: 48,
        filesDone: 41,
        filesDuplicate: 7,
        bytesTotal: 48e6,
        bytesDone: 48e6,
      }),
    ];
setInterval(() => {
  for (const one of jobs) {
    if (one.state !== 'running') continue;
    one.bytesPerSecond = Math.round(one.bytesPerSecond * (0.9 + Math.random() * 0.2));
    one.bytesDone = Math.min(one.bytesTotal, one.bytesDone + one.bytesPerSecond * 0.5);
    one.filesDone = Math.floor((one.filesTotal * one.bytesDone) / one.bytesTotal);
    one.etaSeconds = Math.round((one.bytesTotal - one.bytesDone) / one.bytesPerSecond);
    if (one.bytesDone >= one.bytesTotal) {
      Object.assign(one, {
        state: 'done',
        finishedAt: Date.now(),
        etaSeconds: null,
        bytesPerSecond: 0,
        current: null,
      });
      emit('jobFinished', { job: one });
    } else emit('jobProgress', { job: one });
  }
}, 500).unref();

// ---- answers ----

const live = () => items.filter((item) => item.trashedAt === null);
const page = (list, limit = 100, offset = 0) => ({
  items: list.slice(offset, offset + limit),
  nextCursor: offset + limit < list.length ? String(offset + limit) : null,
  total: list.length,
});
const show = () => {
  const episodes = live().filter((item) => item.kind === 'episode');
  const film = items.find((item) => item.title === 'Paper Harbour');
  return {
    id: idOf('show'),
    title: 'Harbour Lights',
    year: 2021,
    poster: film?.poster ?? null,
    thumbhash: film?.thumbhash ?? null,
    seasonCount: 2,
    episodeCount: episodes.length,
    unseenCount: episodes.filter((item) => item.progress?.finished !== true).length,
  };
};

function detail(id) {
  const card = items.find((item) => item.id === id);
  const more = details.get(id);
  if (card === undefined) return undefined;
  const size = statSync(more.path).size;
  const visual = ['film', 'episode', 'clip'].includes(card.kind);
  const siblings =
    card.show === null ? [] : live().filter((item) => item.show?.id === card.show.id);
  const at = siblings.findIndex((item) => item.id === id);
  const link = (item) => (item === undefined ? null : { id: item.id, title: item.title });
  return {
    ...card,
    fileName: more.path.split('/').at(-1),
    cid: `QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79o${id.slice(0, 7)}`,
    description: more.description ?? null,
    genres: more.genres ?? [],
    albums: albums
      .filter((album) => albumItems(album.id).includes(id))
      .map(({ id: albumId, title }) => ({ id: albumId, title })),
    posterLarge: more.posterLarge ?? null,
    next: link(siblings[at + 1]),
    previous: link(siblings[at - 1]),
    captions:
      more.captions === true
        ? [
            {
              id: 'c1',
              label: 'English',
              language: 'en',
              format: 'vtt',
              url: `/captions/${id}/en.vtt`,
            },
            {
              id: 'c2',
              label: 'Deutsch',
              language: 'de',
              format: 'srt',
              url: `/captions/${id}/de.vtt`,
            },
          ]
        : [],
    renditions: [
      {
        id: 'original',
        kind: 'original',
        size,
        mime: mime[extname(more.path)],
        cid: 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
        url: `/media/${id}/original`,
        location: 'referenced',
        path: more.path,
      },
    ],
    facts: {
      mime: mime[extname(more.path)],
      size,
      container: visual ? 'MP4' : null,
      video: visual ? { codec: 'h264', fps: 24, bitrate: 240_000, hdr: false } : null,
      audio:
        card.kind === 'photo'
          ? []
          : [
              {
                codec: visual ? 'aac' : 'flac',
                channels: 2,
                sampleRate: 48_000,
                language: visual ? 'en' : null,
              },
            ],
      subtitles: [],
      chapters: more.chapters ?? [],
      camera: more.camera ?? null,
      gps: more.gps ?? null,
      tags: {
        title: null,
        artist: card.artist,
        album: card.album,
        albumArtist: null,
        trackNo: card.trackNo,
        discNo: null,
        year: card.year,
        genre: null,
        comment: null,
      },
    },
  };
}

function listed(query) {
  const wanted = (name) => query.get(name);
  const yes = (name) => wanted(name) === 'true';
  let list = items.filter((item) => (item.trashedAt !== null) === yes('trash'));
  if (wanted('kind') !== null)
    list = list.filter((item) => wanted('kind').split(',').includes(item.kind));
  if (yes('favourite')) list = list.filter((item) => item.favourite);
  if (yes('unseen')) list = list.filter((item) => item.progress === null);
  if (wanted('genre') !== null)
    list = list.filter((item) => details.get(item.id).genres?.includes(wanted('genre')));
  if (wanted('yearFrom') !== null)
    list = list.filter((item) => item.year >= Number(wanted('yearFrom')));
  if (wanted('yearTo') !== null)
    list = list.filter((item) => item.year <= Number(wanted('yearTo')));
  if (wanted('albumId') !== null)
    list = list.filter((item) => albumItems(wanted('albumId')).includes(item.id));
  const sorts = {
    added: (item) => -item.addedAt,
    taken: (item) => -item.takenAt,
    year: (item) => -item.year,
    duration: (item) => -item.durationMs,
    played: (item) => -(item.progress?.updatedAt ?? 0),
  };
  const sort = sorts[wanted('sort') ?? 'added'];
  list.sort(
    sort === undefined ? (a, b) => a.title.localeCompare(b.title) : (a, b) => sort(a) - sort(b),
  );
  return page(list, Number(wanted('limit') ?? 100), Number(wanted('cursor') ?? 0));
}

const dayOf = (item) => new Date(item.takenAt).toISOString().slice(0, 10);
function timelinePhotos(query) {
  const inAlbum = query.get('albumId');
  return items
    .filter((item) => ['photo', 'clip'].includes(item.kind) && item.takenAt !== null)
    .filter((item) => (item.trashedAt !== null) === (query.get('trash') === 'true'))
    .filter((item) => query.get('favourite') !== 'true' || item.favourite)
    .filter((item) => inAlbum === null || albumItems(inAlbum).includes(item.id))
    .sort((a, b) => b.takenAt - a.takenAt);
}
function timeline(query) {
  const buckets = new Map();
  const list = timelinePhotos(query);
  for (const item of list) {
    const key = dayOf(item).slice(0, 7);
    const bucket = buckets.get(key) ?? { key, count: 0, days: [] };
    buckets.set(key, bucket);
    bucket.count += 1;
    const day = bucket.days.find((one) => one.day === dayOf(item));
    if (day === undefined) bucket.days.push({ day: dayOf(item), count: 1 });
    else day.count += 1;
  }
  return { total: list.length, buckets: [...buckets.values()] };
}

const kinds = (...names) =>
  live()
    .filter((item) => names.includes(item.kind))
    .sort((a, b) => b.addedAt - a.addedAt);
const musicAlbum = () => {
  const tracks = kinds('track').sort((a, b) => a.trackNo - b.trackNo);
  return {
    id: idOf('Upstream'),
    title: 'Upstream',
    artist: 'The Weir',
    year: 2024,
    cover: '/preview/cover/320',
    thumbhash: tracks[0]?.thumbhash ?? null,
    trackCount: tracks.length,
    durationMs: tracks.reduce((sum, track) => sum + track.durationMs, 0),
  };
};

const routes = [
  [
    'GET',
    '/status',
    () => ({
      version: '0.1.0',
      home: '/home/you/.local/share/tributary',
      startedAt: now,
      firstRun: !settings.firstRunDone,
      personId: idOf('me'),
      mediaBase: '',
      counts: {
        ...Object.fromEntries(
          ['film', 'episode', 'clip', 'photo', 'track', 'file'].map((kind) => [
            kind,
            kinds(kind).length,
          ]),
        ),
        album: albums.length,
        trash: items.filter((item) => item.trashedAt !== null).length,
        favourite: kinds('photo').filter((item) => item.favourite).length,
      },
      storage: { used: 41.2e9, quota: null, free: 388e9, referenced: 126e9 },
      jobs: { active: jobs.filter((one) => one.state === 'running').length },
      problems: [],
      desktop: false,
    }),
  ],
  ['GET', '/settings', () => settings],
  [
    'PATCH',
    '/settings',
    ({ body }) => (
      Object.assign(settings, body, { captions: { ...settings.captions, ...body.captions } }),
      emit('settingsChanged', {}),
      settings
    ),
  ],
  ['POST', '/settings/reset', () => settings],
  ['GET', '/people', () => [{ id: idOf('me'), name: 'You', color: '#3fc6c6', active: true }]],
  [
    'POST',
    '/imports/preview',
    ({ body }) => ({
      photos: 12,
      videos: 2,
      tracks: 0,
      subtitles: 1,
      others: 0,
      folders: 1,
      bytes: 4.3e9,
      complete: true,
      unreadable: [],
      willReference: 2,
      willCopy: 12,
      paths: body.paths.length,
    }),
  ],
  [
    'POST',
    '/imports',
    ({ body }) => {
      const made = job({
        title: body.paths?.[0]?.split('/').at(-1) ?? 'Upload',
        createdAt: Date.now(),
        filesTotal: 14,
        bytesTotal: 4.3e9,
        bytesPerSecond: 180e6,
      });
      jobs = [made, ...jobs];
      return made;
    },
  ],
  ['GET', '/imports', () => ({ jobs })],
  [
    'POST',
    '/imports/:id/:act',
    ({ id, act }) => {
      const one = jobs.find((other) => other.id === id);
      one.state = { pause: 'paused', resume: 'running', cancel: 'cancelled', retry: 'running' }[
        act
      ];
      if (act === 'resume' || act === 'retry')
        Object.assign(one, { why: null, bytesPerSecond: 120e6 });
      emit('jobProgress', { job: one });
      return one;
    },
  ],
  ['DELETE', '/imports/:id', ({ id }) => void (jobs = jobs.filter((one) => one.id !== id))],
  [
    'GET',
    '/imports/:id/failures',
    () => ({
      failures: [
        {
          path: '/media/usb/Films/Second Light (2023)/Second Light.mkv',
          code: 'corrupt',
          message: 'The file ends in the middle of a picture.',
          todo: 'Copy it again from where it came from, then try again.',
        },
      ],
    }),
  ],
  ['POST', '/uploads', () => ({ uploadId: idOf(String(Date.now())) })],
  ['PUT', '/uploads/:id/file', ({ query, size }) => ({ path: query.get('path'), bytes: size })],
  ['DELETE', '/uploads/:id', () => undefined],
  ['GET', '/items', ({ query }) => listed(query)],
  [
    'POST',
    '/items/batch',
    ({ body }) => {
      for (const item of items.filter((one) => body.ids.includes(one.id))) {
        if (body.action === 'favourite' || body.action === 'unfavourite')
          item.favourite = body.action === 'favourite';
        if (body.action === 'trash') item.trashedAt = Date.now();
        if (body.action === 'restore') item.trashedAt = null;
      }
      emit('itemsChanged', { ids: body.ids });
      return { changed: body.ids, failed: [] };
    },
  ],
  ['GET', '/items/:id', ({ id }) => detail(id)],
  [
    'PATCH',
    '/items/:id',
    ({ id, body }) => {
      const { description, genres: named, ...card } = body;
      Object.assign(
        items.find((item) => item.id === id),
        card,
      );
      Object.assign(
        details.get(id),
        description === undefined ? {} : { description },
        named === undefined ? {} : { genres: named },
      );
      emit('itemsChanged', { ids: [id] });
      return detail(id);
    },
  ],
  [
    'PUT',
    '/items/:id/progress',
    ({ id, body }) => {
      const item = items.find((one) => one.id === id);
      item.progress = {
        finished: body.finished ?? body.positionMs / body.durationMs > 0.92,
        updatedAt: Date.now(),
        positionMs: body.positionMs,
        durationMs: body.durationMs,
      };
      emit('itemsChanged', { ids: [id] });
    },
  ],
  [
    'DELETE',
    '/items/:id/progress',
    ({ id }) => void (items.find((one) => one.id === id).progress = null),
  ],
  [
    'POST',
    '/items/:id/relink',
    ({ id }) => ((items.find((one) => one.id === id).state = 'ok'), detail(id)),
  ],
  [
    'GET',
    '/items/:id/waveform',
    () => ({
      peaks: Array.from({ length: 240 }, (_, index) =>
        Math.round(90 + 80 * Math.sin(index / 9) * Math.sin(index / 31) + 60 * Math.random()),
      ),
    }),
  ],
  ['POST', '/trash/empty', () => ({ changed: [], failed: [] })],
  [
    'GET',
    '/home',
    () => ({
      continueWatching: kinds('film', 'episode', 'clip')
        .filter((item) => item.progress !== null && !item.progress.finished)
        .sort((a, b) => b.progress.updatedAt - a.progress.updatedAt),
      recentlyAdded: kinds('photo', 'film', 'clip', 'track').slice(0, 24),
      recentSummary: empty
        ? { photos: 0, videos: 0, tracks: 0 }
        : { photos: 48, videos: 11, tracks: 5 },
      albums,
    }),
  ],
  [
    'GET',
    '/watch',
    () => ({
      hero: kinds('film').find((item) => item.title === 'Lanterns') ?? null,
      films: page(kinds('film')),
      series: empty ? [] : [show()],
      clips: page(kinds('clip')),
      genres: empty ? [] : [...new Set(genres.flat())].sort(),
      years: empty ? null : { from: 2016, to: 2022 },
    }),
  ],
  [
    'GET',
    '/shows/:id',
    () => ({
      ...show(),
      seasons: [1, 2].map((number) => ({
        number,
        episodes: live().filter((item) => item.show?.season === number),
      })),
    }),
  ],
  ['GET', '/photos/timeline', ({ query }) => timeline(query)],
  [
    'GET',
    '/photos',
    ({ query }) => ({
      photos: timelinePhotos(query)
        .filter((item) => dayOf(item).startsWith(query.get('bucket')))
        .map((item) => ({
          id: item.id,
          ratio: item.width / item.height,
          day: dayOf(item),
          takenAt: item.takenAt,
          thumb: item.thumb,
          preview: item.preview,
          thumbhash: item.thumbhash,
          favourite: item.favourite,
          kind: item.kind,
          durationMs: item.durationMs,
          title: item.title,
        })),
    }),
  ],
  ['GET', '/albums', () => albums],
  [
    'POST',
    '/albums',
    ({ body }) => {
      const album = {
        id: idOf(body.title),
        title: body.title,
        count: body.ids?.length ?? 0,
        cover: null,
        thumbhash: null,
        createdAt: now,
        updatedAt: now,
      };
      albums.unshift(album);
      return album;
    },
  ],
  ['GET', '/albums/:id', ({ id }) => albums.find((album) => album.id === id)],
  [
    'PATCH',
    '/albums/:id',
    ({ id, body }) =>
      Object.assign(
        albums.find((album) => album.id === id),
        body,
      ),
  ],
  [
    'DELETE',
    '/albums/:id',
    ({ id }) =>
      void albums.splice(
        albums.findIndex((album) => album.id === id),
        1,
      ),
  ],
  ['POST', '/albums/:id/items', ({ id }) => albums.find((album) => album.id === id)],
  ['POST', '/albums/:id/items/remove', ({ id }) => albums.find((album) => album.id === id)],
  ['GET', '/music', () => ({ albums: empty ? [] : [musicAlbum()], tracks: page(kinds('track')) })],
  [
    'GET',
    '/music/albums/:id',
    () => ({ ...musicAlbum(), tracks: kinds('track').sort((a, b) => a.trackNo - b.trackNo) }),
  ],
  [
    'GET',
    '/search',
    ({ query }) => {
      const q = query.get('q').toLowerCase();
      const has = (text) => text?.toLowerCase().includes(q);
      return {
        hits: live()
          .filter((item) => has(item.title) || has(item.artist))
          .slice(0, Number(query.get('limit') ?? 40))
          .map((item) => ({ item, matched: ['title'] })),
        albums: albums.filter((album) => has(album.title)),
        shows: has('Harbour Lights') ? [show()] : [],
        tookMs: 3,
      };
    },
  ],
  [
    'GET',
    '/duplicates',
    () => ({
      groups: empty ? [] : [{ cid: 'QmDup', bytes: 1_234_567, items: kinds('photo').slice(0, 2) }],
    }),
  ],
  [
    'GET',
    '/storage',
    () => ({
      home: '/home/you/.local/share/tributary',
      used: 41.2e9,
      quota: null,
      free: 388e9,
      referenced: 126e9,
      garbage: 1.2e9,
      previews: 0.4e9,
      blocks: 166_000,
      folders: [
        {
          id: 'f1',
          path: '/media/archive',
          used: 12e9,
          quota: 100e9,
          free: 400e9,
          state: 'online',
        },
      ],
    }),
  ],
  ['POST', '/storage/:act', ({ act }) => job({ kind: act, title: act, createdAt: Date.now() })],
];

function find(method, path) {
  for (const [wanted, pattern, answer] of routes) {
    if (wanted !== method) continue;
    const names = [...pattern.matchAll(/:(\w+)/g)].map((found) => found[1]);
    const found = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`).exec(path);
    if (found !== null)
      return {
        answer,
        params: Object.fromEntries(names.map((name, index) => [name, found[index + 1]])),
      };
  }
  return undefined;
}

function sendFile(request, response, path) {
  const { size } = statSync(path);
  const types = {
    ...mime,
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.woff2': 'font/woff2',
  };
  const head = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'accept-ranges': 'bytes',
    'access-control-allow-origin': '*',
  };
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
  if (range === null) {
    response.writeHead(200, { ...head, 'content-length': size });
    createReadStream(path).pipe(response);
    return;
  }
  const start = Number(range[1]);
  const end = range[2] === '' ? size - 1 : Math.min(size - 1, Number(range[2]));
  response.writeHead(206, {
    ...head,
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${size}`,
  });
  createReadStream(path, { start, end }).pipe(response);
}

const captions = (language) =>
  `WEBVTT\n\n${Array.from({ length: 12 }, (_, index) => `00:00:${String(index * 5).padStart(2, '0')}.500 --> 00:00:${String(index * 5 + 4).padStart(2, '0')}.500\n${language === 'de' ? 'Das Licht ist seit Jahren aus.' : 'The light has been out for years.'}`).join('\n\n')}\n`;
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (files.has(url.pathname)) return sendFile(request, response, files.get(url.pathname));
  const caption = /^\/captions\/\w+\/(\w+)\.vtt$/.exec(url.pathname);
  if (caption !== null)
    return response
      .writeHead(200, { 'content-type': 'text/vtt', 'access-control-allow-origin': '*' })
      .end(captions(caption[1]));
  if (url.pathname === '/api/app/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    listeners.add(response);
    return request.on('close', () => listeners.delete(response));
  }
  if (url.pathname.startsWith('/api/app/')) {
    const path = url.pathname.slice('/api/app'.length);
    if (path === '/diagnostics' || path === '/licences')
      return response
        .writeHead(200, { 'content-type': 'text/plain' })
        .end('Tributary 0.1.0\nmock\n');
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const found = find(request.method, path);
      const isJson = request.headers['content-type'] === 'application/json';
      const value = found?.answer({
        ...found.params,
        query: url.searchParams,
        body: isJson && raw.length > 0 ? JSON.parse(raw) : {},
        size: raw.length,
      });
      if (found === undefined || (value === undefined && request.method === 'GET')) {
        return response.writeHead(404, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            code: 'not_found',
            message: 'There is no such thing.',
            safe: null,
            todo: null,
            detail: null,
          }),
        );
      }
      if (value === undefined) return response.writeHead(204).end();
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(value));
    });
    return undefined;
  }
  const file = join(dist, url.pathname);
  response.setHeader('content-security-policy', policy);
  if (url.pathname !== '/' && existsSync(file)) return sendFile(request, response, file);
  return sendFile(request, response, join(dist, 'index.html'));
}).listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${port}\n`));
