// The viewer of a bench of playing: a daemon that opens a link, nginx with the same file, and a browser
// that plays first one, then the other. Prints one line of JSON and ends. Runs in whatever network
// namespace it was started in.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launchChromium } from '../lib/chromium.mjs'
import { openDaemon } from '../lib/daemon.mjs'
import { stop } from '../lib/process.mjs'
import { nginx } from './nginx.mjs'

/** Where the seek goes: far beyond what is fetched ahead. */
const SEEK_TO = 120
/** How long it plays after each of the two, in ms. */
const PLAY_ON = 4000

const { tributary, work, film, link, network } = JSON.parse(process.argv[2])

/** In the page: plays `url` from a click, seeks, and tells what took how long. */
async function watch({ url, seekTo, playOn }) {
  const video = document.createElement('video')
  video.muted = true
  document.body.append(video)
  let stalled = 0
  let since = null
  const flows = () => {
    if (since !== null) stalled += performance.now() - since
    since = null
  }
  const frame = () => new Promise((resolve, reject) => {
    video.requestVideoFrameCallback((now, { mediaTime }) => resolve({ now, mediaTime }))
    video.addEventListener('error', () => reject(new Error(`the film does not play: ${video.error?.message}`)), { once: true })
  })
  const watchFor = async (ms) => {
    const waits = () => (since ??= performance.now())
    video.addEventListener('waiting', waits)
    video.addEventListener('playing', flows)
    await new Promise((resolve) => setTimeout(resolve, ms))
    video.removeEventListener('waiting', waits)
    video.removeEventListener('playing', flows)
    flows()
  }
  const clicked = performance.now()
  video.src = url
  const played = video.play()
  await frame()
  const first = (performance.now() - clicked) / 1000
  await played
  await watchFor(playOn)
  const sought = performance.now()
  video.currentTime = seekTo
  for (;;) {
    const { mediaTime } = await frame()
    if (mediaTime >= seekTo - 0.5) break
  }
  const seek = (performance.now() - sought) / 1000
  await watchFor(playOn)
  video.removeAttribute('src')
  video.load()
  video.remove()
  return { first, seek, stalled: stalled / 1000 }
}

const folder = mkdtempSync(join(work, 'viewer-'))
const daemon = await openDaemon(tributary, folder, undefined, ['--network', network])
const web = await (async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>viewer</title><body></body>')
  symlinkSync(film, join(folder, 'film.mp4'))
  return nginx(folder)
})()
const browser = await launchChromium()
try {
  const received = await daemon.call('POST', '/links/open', { link })
  const { things } = await daemon.call('GET', `/received/${received.id}`)
  const result = {}
  for (const [side, url] of [['nginx', `${web.base}/film.mp4`], ['peer', things[0].url]]) {
    const page = await browser.newPage()
    await page.goto(web.base)
    result[side] = await page.evaluate(watch, { url, seekTo: SEEK_TO, playOn: PLAY_ON })
    await page.close()
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  await browser.close()
  await daemon.close()
  await stop(web.child)
  rmSync(folder, { recursive: true, force: true })
}
