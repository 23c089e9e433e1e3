// `npm run shots [-- OUT]`: a picture of every room, dark and light, at 1440x900 and 1024x700, under fixed names.
//
// The demo media is drawn from a seed and imported through the real journey (the import job, the media worker);
// nothing on the pictures is put there by other means.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { demoMedia } from './demo-media.mjs'
import { launchChromium } from './lib/chromium.mjs'
import { cargo } from './lib/cargo.mjs'
import { openDaemon } from './lib/daemon.mjs'
import { root, targetDir } from './lib/paths.mjs'
import { buildUi } from './lib/ui.mjs'
import { setup } from './setup.mjs'

const out = resolve(process.argv[2] ?? join(root, 'shots'))
const sizes = [[1440, 900], [1024, 700]]
const themes = ['dark', 'light']

const work = mkdtempSync(join(tmpdir(), 'tributary-shots-'))
const daemon = await prepare()
const browser = await launchChromium()
try {
  const rooms = await roomsOf(daemon)
  mkdirSync(out, { recursive: true })
  for (const colorScheme of themes) {
    for (const [width, height] of sizes) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto(daemon.url)
      for (const [name, path, arrange] of rooms) {
        await page.goto(`${daemon.api}${path}`)
        await settled(page)
        await arrange?.(page)
        await page.screenshot({ path: join(out, `${name}-${colorScheme}-${width}x${height}.png`) })
      }
      await context.close()
    }
  }
  await firstRun()
} finally {
  await browser.close()
  await daemon.close()
  rmSync(work, { recursive: true, force: true })
}
process.stdout.write(`${readdirSync(out).length} pictures in ${out}\n`)

async function prepare() {
  setup(['test'])
  buildUi()
  cargo(['build', '--workspace', '--bins', '--locked'])
  const media = join(work, 'media')
  demoMedia(root, [media, '--photos', '48', '--films', '8', '--seconds', '40', '--size', '1800x1200'])
  music(join(media, 'music'))
  const opened = await openDaemon(join(targetDir, 'debug/tributary'), work)
  await opened.call('PATCH', '/settings', { firstRunDone: true })
  await opened.import([join(media, 'films'), join(media, 'photos'), join(media, 'music')], 'copy', (job) => job.previewsPending === 0)
  const films = (await opened.call('GET', '/items?kind=film&sort=title')).items
  for (const [index, film] of films.slice(0, 4).entries())
    await opened.call('PUT', `/items/${film.id}/progress`, { positionMs: 6000 + index * 7000, durationMs: film.durationMs })
  const photos = (await opened.call('GET', '/items?kind=photo&limit=24')).items
  const album = await opened.call('POST', '/albums', { title: 'North coast' })
  await opened.call('POST', `/albums/${album.id}/items`, { ids: photos.slice(0, 14).map((photo) => photo.id) })
  return opened
}

/** A small record: tones with tags and a drawn cover. */
function music(folder) {
  mkdirSync(folder, { recursive: true })
  const cover = join(work, 'cover.jpg')
  const posters = readdirSync(join(work, 'media/films'))
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(work, 'media/films', posters[0], 'poster.jpg'), '-vf', 'crop=iw:iw:0:0,scale=600:600', cover])
  for (const [index, title] of ['Source', 'Meander', 'Confluence', 'Delta'].entries())
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `sine=frequency=${220 * (1 + index / 4)}:duration=${30 + index * 9},tremolo=f=${2 + index}:d=0.8`, '-i', cover,
      '-map', '0', '-map', '1', '-disposition:v', 'attached_pic', '-metadata', `title=${title}`, '-metadata', 'artist=The Weir', '-metadata', 'album=Upstream',
      '-metadata', `track=${index + 1}`, '-metadata', 'date=2024', join(folder, `0${index + 1} ${title}.flac`)])
}

async function roomsOf({ call }) {
  const film = (await call('GET', '/items?kind=film&sort=title&limit=1')).items[0]
  const photo = (await call('GET', '/items?kind=photo&sort=taken&limit=1')).items[0]
  const record = (await call('GET', '/music')).albums[0]
  const album = (await call('GET', '/albums'))[0]
  return [
    ['home', '/'],
    ['watch', '/watch'],
    ['title', `/title/${film.id}`],
    ['player', `/play/${film.id}`, async (page) => {
      await page.waitForFunction(() => document.querySelector('video')?.currentTime > 1)
      await page.mouse.move(400, 400)
      await page.keyboard.press('k')
    }],
    ['pix', '/pix'],
    ['lightbox', `/pix/photo/${photo.id}`],
    ['album', `/pix/album/${album.id}`],
    ['music', '/music'],
    ['music-album', `/music/album/${record.id}`],
    ['transfers', '/transfers'],
    ['settings', '/settings'],
    ['search', '/search?q=the'],
  ]
}

/** Nothing loads any more and every picture in view is drawn. */
async function settled(page) {
  await page.waitForLoadState('load')
  await page.waitForFunction(() => document.querySelector('main') && !document.querySelector('[aria-busy="true"]') && [...document.images].filter((image) => {
    const box = image.getBoundingClientRect()
    return box.bottom > 0 && box.top < innerHeight
  }).every((image) => image.complete))
}

async function firstRun() {
  const fresh = await openDaemon(join(targetDir, 'debug/tributary'), work)
  try {
    for (const colorScheme of themes) {
      for (const [width, height] of sizes) {
        const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' })
        const page = await context.newPage()
        await page.goto(fresh.url)
        await settled(page)
        await page.screenshot({ path: join(out, `first-run-${colorScheme}-${width}x${height}.png`) })
        await context.close()
      }
    }
  } finally {
    await fresh.close()
  }
}
