// One daemon with real media and one Chromium, shared by the tests of a file: the
// interface as a person meets it on the headless daemon.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '../../scripts/lib/chromium.mjs'
import { openDaemon } from '../../scripts/lib/daemon.mjs'
import { realMedia } from '../fixtures/media.mjs'
import { readPng } from '../fixtures/picture.mjs'
import { readSecond } from '../fixtures/timecode.mjs'

export const tributary = process.env.TRIBUTARY
if (!tributary || !existsSync(tributary)) throw new Error('TRIBUTARY must name the daemon binary; run `npm test -- ui`')

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const PATIENCE_MS = 45_000

/** A home whose key lets it into a wide network that exists on this machine only. */
export function homeOfNetwork(folder) {
  const home = mkdtempSync(join(folder, 'home-'))
  writeFileSync(join(home, 'swarm.key'), `/key/swarm/psk/1.0.0/\n/base16/\n${'5a'.repeat(32)}\n`)
  return home
}

/** Arguments of a daemon in that network. */
export const inNetwork = ['--network', 'private', '--loopback']

/** Connects two daemons of that network. */
export async function meet(one, other) {
  const { listening, peerId } = (await one.call('GET', '/networks')).find(({ name }) => name === 'private')
  await other.call('POST', '/swarm/connect', { address: `${listening[0]}/p2p/${peerId}` })
}

/**
 * Opens a daemon on an empty home (or with the real media in it) and a browser beside it; `more` are
 * further arguments of the daemon. `wide` puts it into a network of strangers on this machine.
 */
export async function openWorld({ filled = true, wide = false, more = wide ? inNetwork : [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-ui-'))
  const media = await realMedia()
  const daemon = await openDaemon(tributary, folder, wide ? homeOfNetwork(folder) : undefined, more)
  if (filled) {
    await daemon.call('PATCH', '/settings', { firstRunDone: true })
    await daemon.import([media.mp4, media.webm, media.flac, ...media.photos], 'copy', (job) => job.previewsPending === 0)
  }
  const browser = await launchChromium()
  return {
    daemon,
    media,
    browser,
    folder,
    /** A signed-in page, drawn and taking keys. Fails the test on any script error or refused resource. */
    async page({ of = daemon, language = 'en-GB', colorScheme = 'dark', width = 1440, height = 900 } = {}) {
      const context = await browser.newContext({ locale: language, colorScheme, viewport: { width, height }, reducedMotion: 'reduce' })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      page.problems = []
      page.on('pageerror', (error) => page.problems.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'error' && /Content Security Policy|Uncaught|Refused/.test(message.text())) page.problems.push(message.text())
      })
      await page.goto(of.url)
      await page.locator('main').waitFor()
      return page
    },
    async close() {
      await browser.close()
      await daemon.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Goes to a room and waits until nothing loads any more. */
export async function enter(page, path) {
  await page.goto(new URL(path, page.url()).href)
  await settled(page)
}

export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('main') && !document.querySelector('[aria-busy="true"]'))
}

/** Nothing serious by axe, and no error on the page. */
export async function assertAccessible(page, where) {
  await page.evaluate(await axeSource())
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const told = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  assert.deepEqual(told, [], `axe on ${where}`)
  assert.deepEqual(page.problems, [], `errors on ${where}`)
}

let source
async function axeSource() {
  source ??= (await import('node:fs')).readFileSync(axe, 'utf8')
  return source
}

/** The second that the picture of the film shows on the screen, by its burned-in timecode. */
export async function shownSecond(page) {
  const box = await page.locator('video').evaluate((video) => {
    const { left, top, width, height } = video.getBoundingClientRect()
    const scale = Math.min(width / video.videoWidth, height / video.videoHeight)
    const [w, h] = [video.videoWidth * scale, video.videoHeight * scale]
    return { x: left + (width - w) / 2, y: top + (height - h) / 2, width: w, height: h }
  })
  return readSecond(readPng(await page.screenshot()), box)
}

/** Waits until `look` gives something other than null, false or undefined. */
export async function until(what, look) {
  const from = Date.now()
  for (;;) {
    const value = await look()
    if (value !== null && value !== false && value !== undefined) return value
    if (Date.now() - from > PATIENCE_MS) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Controls and headings whose words do not fit into them, or that reach past the window. */
export function cutOff(page) {
  return page.evaluate(() => {
    const told = []
    const sheet = document.querySelector('[role="dialog"]')
    for (const element of (sheet ?? document).querySelectorAll('button, label, h1, h2, h3, legend, nav a')) {
      const box = element.getBoundingClientRect()
      if (box.width === 0 || element.closest('.sr-only')) continue
      const edge = sheet === null ? innerWidth : sheet.getBoundingClientRect().right
      if (element.scrollWidth > element.clientWidth + 1 || box.right > edge + 1) told.push(element.textContent.trim().slice(0, 60))
    }
    return told
  })
}
