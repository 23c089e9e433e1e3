// How the app lives and ends: closing asks once, ending is quick and clean, a second
// start reaches the first, and a window joins a daemon that has the home.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openDaemon } from '../../scripts/lib/daemon.mjs'
import { realMedia } from '../fixtures/media.mjs'
import { makeWorld, openApp, start } from './app.mjs'

const media = await realMedia()

/** What the brief of the shell allows from the wish to quit until the process is gone. */
const QUIT_MS = 2000

const worlds = []
function world() {
  const made = makeWorld()
  worlds.push(made)
  return made
}
after(() => worlds.forEach((made) => made.remove()))

/** A home whose welcome was seen, so that the rooms come first. */
async function openRooms(world, options) {
  const app = await openApp(world, options)
  await app.call('PATCH', '/settings', { firstRunDone: true })
  await app.until('the rooms are there', () => app.find('navigation', 'Rooms'))
  return app
}

test('closing asks; quitting is quick, clean and remembered', async () => {
  const here = world()
  const app = await openRooms(here)
  await app.closeWindow()
  await app.until('the question is asked', () => app.find('dialog', 'Keep Tributary going?'))
  assert.ok(app.isRunning(), 'the question keeps the app going')
  // Clicking through the page, which may be gone before the driver has its answer.
  app.session.run(`document.querySelector('[role=dialog]').querySelectorAll('button').forEach((button) => button.innerText === 'Quit' && button.click())`).catch(() => {})
  const took = await app.gone()
  assert.ok(took < QUIT_MS, `ending took ${Math.round(took)} ms`)
  assert.equal(existsSync(join(here.home, 'run.json')), false, 'run.json goes with the listeners')
  assert.match(readFileSync(join(here.home, 'config.jsonc'), 'utf8'), /"closeToTray":\s*"quit"/)
  await app.session.end()

  const again = await openApp(here)
  await again.until('the rooms are there', () => again.find('navigation', 'Rooms'))
  await again.closeWindow()
  assert.ok((await again.gone()) < QUIT_MS, 'the answer is remembered')
  await again.session.end()
})

test('going on in the tray keeps the node, and a second start brings the window back', async () => {
  const here = world()
  const app = await openRooms(here)
  await app.closeWindow()
  await app.until('the question is asked', () => app.find('dialog', 'Keep Tributary going?'))
  await app.clickAway('button', 'Keep going in the tray')
  await app.until('the window is hidden', async () => !(await app.isOnScreen()))
  const { api, token } = JSON.parse(readFileSync(join(here.home, 'run.json'), 'utf8'))
  const status = await fetch(`${api}/api/app/status`, { headers: { authorization: `Bearer ${token}` } }).then((answer) => answer.json())
  assert.equal(status.desktop, true, 'the node goes on')

  const second = await start(here, []).ended
  assert.equal(second.code, 0, second.text)
  await app.until('the window is back', () => app.isOnScreen())
  await app.end()
})

test('a double-click on a film plays it, the very first time as well', async () => {
  const app = await openApp(world(), { args: [media.mp4] })
  await app.until('the player is open', () => app.session.run(`return location.pathname.startsWith('/play/')`))
  await app.until('the film plays', () => app.session.run(`return (document.querySelector('video')?.currentTime ?? 0) > 0.5`))
  await app.end()
})

test('a second start hands its files over, and they open', async () => {
  const here = world()
  const app = await openRooms(here)
  const second = await start(here, [media.mp4]).ended
  assert.equal(second.code, 0, second.text)
  await app.until('the player is open', () => app.session.run(`return location.pathname.startsWith('/play/')`))
  await app.until('the film plays', () => app.session.run(`return (document.querySelector('video')?.currentTime ?? 0) > 0.5`))
  const { items } = await app.call('GET', '/items?kind=film')
  const detail = await app.call('GET', `/items/${items[0].id}`)
  assert.equal(detail.renditions[0].location, 'referenced', 'a double-click copies nothing')
  assert.equal(detail.renditions[0].path, media.mp4)
  await app.end()
})

test('a signal ends it cleanly and quickly', async () => {
  const here = world()
  const app = await openRooms(here)
  process.kill(app.pid, 'SIGTERM')
  assert.ok((await app.gone()) < QUIT_MS)
  assert.equal(existsSync(join(here.home, 'run.json')), false)
  await app.session.end()
})

test('the window joins a daemon that has the home, and leaves it running', async () => {
  const here = world()
  const daemon = await openDaemon(process.env.TRIBUTARY, here.folder, here.home)
  try {
    await daemon.call('PATCH', '/settings', { firstRunDone: true })
    const app = await openApp(here)
    const connection = await app.session.run(`return window.__TAURI_INTERNALS__.invoke('connection')`)
    assert.equal(connection.attached, true)
    assert.equal(connection.api, daemon.api)
    await app.until('the rooms are there', () => app.find('navigation', 'Rooms'))
    // Closing a window that is only a view asks nothing.
    await app.closeWindow()
    assert.ok((await app.gone()) < QUIT_MS)
    await app.session.end()
    assert.equal((await daemon.call('GET', '/status')).desktop, false, 'the daemon goes on')
  } finally {
    await daemon.close({ keep: true })
  }
})

test('a home that cannot be opened says what failed, what is safe and what to do', async () => {
  const here = world()
  // A file where the home should be.
  writeFileSync(here.home, '')
  const app = await openApp(here)
  await app.until('the failure is explained', () => app.find('alert', '/could not use|permission|Try again/'))
  assert.match(await app.session.run('return document.body.innerText'), /Try again/)
  await app.closeWindow()
  assert.ok((await app.gone()) < QUIT_MS, 'nothing to ask, nothing to wait for')
  await app.session.end()
})

test('size and place of the window come back', async () => {
  const here = world()
  const app = await openRooms(here)
  await app.resize(1010, 690)
  await app.until('the window has its new size', async () => (await app.size()).join() === '1010,690')
  await app.end()
  const again = await openApp(here)
  await again.until('the window has its old size', async () => (await again.size()).join() === '1010,690')
  await again.end()
})

test('starting at login follows the setting', async () => {
  const here = world()
  // The library behind the switch knows HOME only, and not XDG_CONFIG_HOME.
  const app = await openRooms(here, { env: { HOME: here.folder } })
  const folder = join(here.folder, '.config/autostart')
  await app.call('PATCH', '/settings', { autostart: true })
  await app.until('there is an entry', () => existsSync(folder) && readdirSync(folder).length === 1)
  const entry = readFileSync(join(folder, readdirSync(folder)[0]), 'utf8')
  assert.match(entry, /^Exec=.*--hidden/m)
  await app.call('PATCH', '/settings', { autostart: false })
  await app.until('the entry is gone', () => readdirSync(folder).length === 0)
  await app.end()
})
