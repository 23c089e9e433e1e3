// `npm run shots [-- OUT]`: a picture of every room, dark and light, at 1440x900 and 1024x700, under fixed names.
//
// The demo media is drawn from a seed and imported through the real journey (the import job, the media worker);
// nothing on the pictures is put there by other means.

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cargo } from './lib/cargo.mjs'
import { launchChromium } from './lib/chromium.mjs'
import { drawCollection } from './lib/collection.mjs'
import { openDaemon } from './lib/daemon.mjs'
import { root, targetDir } from './lib/paths.mjs'
import { emptyRooms, firstSteps, fullRooms } from './lib/rooms.mjs'
import { buildUi } from './lib/ui.mjs'
import { setup } from './setup.mjs'

const out = resolve(process.argv[2] ?? join(root, 'shots'))
const sizes = [[1440, 900], [1024, 700]]
const themes = ['dark', 'light']

setup(['test'])
buildUi()
cargo(['build', '--workspace', '--bins', '--locked'])
const work = mkdtempSync(join(tmpdir(), 'tributary-shots-'))
const browser = await launchChromium()
try {
  mkdirSync(out, { recursive: true })
  await withHome(async (daemon) => {
    await firstRun(daemon)
    await daemon.call('PATCH', '/settings', { firstRunDone: true })
    await pictures(daemon, emptyRooms)
  })
  await withHome(async (daemon) => {
    await fill(daemon)
    await pictures(daemon, await fullRooms(daemon))
  })
} finally {
  await browser.close()
  rmSync(work, { recursive: true, force: true })
}
process.stdout.write(`${readdirSync(out).length} pictures in ${out}\n`)

async function withHome(use) {
  const daemon = await openDaemon(join(targetDir, 'debug/tributary'), work)
  try {
    await use(daemon)
  } finally {
    await daemon.close()
  }
}

/** A home as somebody has it after a while: some things begun, some liked, some thrown away. */
async function fill({ call, import: take }) {
  await call('PATCH', '/settings', { firstRunDone: true })
  await take(drawCollection(), 'copy', (job) => job.previewsPending === 0)
  await looked(call)
  const films = (await call('GET', '/items?kind=film&sort=title')).items
  const episodes = (await call('GET', '/items?kind=episode&sort=title')).items
  const begun = [films[1], episodes[1], films[4], films[6]]
  for (const [index, item] of begun.entries())
    await call('PUT', `/items/${item.id}/progress`, { positionMs: Math.round(item.durationMs * [0.58, 0.7, 0.2, 0.86][index]), durationMs: item.durationMs })
  const photos = (await call('GET', '/items?kind=photo&sort=taken&limit=60')).items
  const ids = (from, to) => photos.slice(from, to).map(({ id }) => id)
  for (const [title, from, to] of [['North coast', 0, 14], ['Weekend in the hills', 14, 23], ['First snow', 40, 52]]) {
    const album = await call('POST', '/albums', { title })
    await call('POST', `/albums/${album.id}/items`, { ids: ids(from, to) })
  }
  await call('POST', '/items/batch', { ids: [...ids(2, 5), films[0].id], action: 'favourite' })
  await call('POST', '/items/batch', { ids: ids(54, 58), action: 'trash' })
}

/** The media worker has looked at everything: lengths, tags and pictures are known. */
async function looked(call) {
  for (;;) {
    const { items } = await call('GET', '/items?limit=200')
    const known = ({ kind, durationMs, thumb, album }) => (kind === 'photo' ? thumb !== null : durationMs !== null) && (kind !== 'track' || album !== null)
    if (items.filter(({ kind }) => kind !== 'file').every(known)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function pictures(daemon, rooms) {
  for (const look of looks()) {
    const page = await signIn(daemon, look)
    for (const [name, path, arrange] of rooms) {
      await page.goto(`${daemon.api}${path}`)
      await settled(page)
      await arrange?.(page)
      await settled(page)
      await page.screenshot({ path: join(out, `${name}-${look.suffix}.png`) })
    }
    await page.context().close()
  }
}

async function firstRun(daemon) {
  for (const look of looks()) {
    const page = await signIn(daemon, look)
    for (const [name, arrange] of firstSteps) {
      await arrange?.(page)
      await settled(page)
      await page.screenshot({ path: join(out, `${name}-${look.suffix}.png`) })
    }
    await page.context().close()
  }
}

function looks() {
  return themes.flatMap((colorScheme) => sizes.map(([width, height]) => ({ colorScheme, viewport: { width, height }, suffix: `${colorScheme}-${width}x${height}` })))
}

async function signIn(daemon, { colorScheme, viewport }) {
  const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  await page.goto(daemon.url)
  return page
}

/** Nothing loads any more and every picture in view is drawn. */
async function settled(page) {
  await page.waitForFunction(() => {
    const seen = (element) => {
      const box = element.getBoundingClientRect()
      return box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    }
    return document.querySelector('main, h1') && !document.querySelector('[aria-busy="true"]') && [...document.images].filter(seen).every((image) => image.complete && getComputedStyle(image).opacity === '1' && !image.parentElement.querySelector('canvas'))
  })
}
