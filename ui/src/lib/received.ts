// Things of somebody else's share in the shape of items, so that the player and the music bar
// take them as their own. What nobody can know of them is empty.
import type { ItemCard, ItemDetail, ItemKind, ReceivedDetail, SharedThing } from './api';

const watched: ReadonlySet<string> = new Set(['film', 'episode', 'clip']);

export const isWatched = ({ kind }: Pick<SharedThing, 'kind'>): boolean => watched.has(kind);

function kindOf(thing: SharedThing): ItemKind {
  switch (thing.kind) {
    case 'film':
    case 'episode':
    case 'clip':
    case 'photo':
    case 'track':
      return thing.kind;
    default:
      return 'file';
  }
}

/** As a shelf would show it. Its id is its place in the share, which means nothing elsewhere. */
export function asCard(thing: SharedThing, at: number): ItemCard {
  return {
    id: String(at),
    kind: kindOf(thing),
    title: thing.title,
    subtitle: null,
    addedAt: 0,
    takenAt: null,
    trashedAt: null,
    durationMs: thing.durationMs,
    width: thing.width,
    height: thing.height,
    thumb: thing.poster,
    preview: thing.poster,
    poster: null,
    thumbhash: null,
    unpictured: false,
    favourite: false,
    rating: null,
    progress: null,
    show: null,
    year: null,
    artist: thing.artist,
    album: thing.record,
    trackNo: null,
    state: 'ok',
  };
}

/** As the player wants it; what is watched before and after it in the share surrounds it. */
export function asItem({ things }: ReceivedDetail, at: number): ItemDetail | null {
  const thing = things[at];
  if (thing === undefined) return null;
  const around = (step: 1 | -1): ItemDetail['next'] => {
    for (let near = at + step; things[near] !== undefined; near += step) {
      const other = things[near];
      if (other !== undefined && isWatched(other)) return { id: String(near), title: other.title };
    }
    return null;
  };
  return {
    ...asCard(thing, at),
    cid: '',
    fileName: thing.name,
    description: null,
    genres: [],
    albums: [],
    captions: [],
    posterLarge: null,
    next: around(1),
    previous: around(-1),
    renditions: [
      {
        id: String(at),
        kind: 'original',
        cid: '',
        mime: thing.mime,
        size: thing.size,
        url: thing.url,
        location: 'copied',
        path: null,
      },
    ],
    facts: {
      audio: [],
      camera: null,
      chapters: [],
      container: null,
      gps: null,
      mime: thing.mime,
      size: thing.size,
      subtitles: [],
      tags: {
        album: null,
        albumArtist: null,
        artist: null,
        comment: null,
        discNo: null,
        genre: null,
        title: null,
        trackNo: null,
        year: null,
      },
      video: null,
    },
  };
}
