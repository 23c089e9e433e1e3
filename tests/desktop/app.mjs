// The packaged app on a home of its own, under the X server of the test run: started
// through WebDriver, looked at on the real screen, found by what a person reads.

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { readPng } from '../fixtures/picture.mjs'
import { readSecond } from '../fixtures/timecode.mjs'
import { startSession } from './webdriver.mjs'

const exec = promisify(execFile)

export const binary = process.env.TRIBUTARY_DESKTOP
if (!binary || !existsSync(binary)) throw new Error('TRIBUTARY_DESKTOP must name the desktop binary; run `npm test -- desktop`')

const results = fileURLToPath(new URL('results/', import.meta.url))

/** How long anything may take that has no bar of its own; the machine may be busy. */
const PATIENCE_MS = 45_000

/** A folder for one test with a home and everything else the app would keep for a person. */
export function makeWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-desktop-'))
  const home = join(folder, 'home')
  const xdg = (name) => join(folder, name)
  return {
    folder,
    home,
    env: {
      TRIBUTARY_HOME: home,
      XDG_CONFIG_HOME: xdg('config'),
      XDG_DATA_HOME: xdg('data'),
      XDG_CACHE_HOME: xdg('cache'),
      XDG_STATE_HOME: xdg('state'),
      LANG: 'en_GB.UTF-8',
      LC_ALL: 'C.UTF-8',
    },
    remove: () => removeFolder(folder),
  }
}

/** A web process that is ending may still write into its cache, between the look into a folder and its removal. */
function removeFolder(folder) {
  for (let tries = 1; ; tries += 1) {
    try {
      return rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' || tries === 100) throw error
    }
  }
}

/** Starts the app and waits until the page is up. */
export async function openApp(world, { args = [], env = {} } = {}) {
  const session = await startSession(binary, { args, env: { ...world.env, ...env } })
  const app = new App(world, session)
  await app.until('the page is drawn', () => session.run('return document.body?.innerText.trim().length > 0'))
  return app
}

class App {
  constructor(world, session) {
    this.world = world
    this.session = session
    this.pid = processOn(world.home)
  }

  /** Waits until `look` gives something true, and returns it. The reason is what a failure says. */
  async until(reason, look, patience = PATIENCE_MS) {
    const deadline = Date.now() + patience
    let last
    while (Date.now() < deadline) {
      try {
        const found = await look()
        if (found) return found
        last = undefined
      } catch (error) {
        last = error
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const text = await this.session.run('return location.pathname + "\\n" + document.body.innerText').catch(() => 'no page')
    mkdirSync(results, { recursive: true })
    await this.shot(join(results, `${reason.replace(/\W+/g, '-')}.png`)).catch(() => {})
    throw new Error(`waited in vain until ${reason}${last ? ` (${last.message})` : ''}; the page says:\n${String(text).slice(0, 1500)}`)
  }

  /** The element with an accessible role and name, as a person or a screen reader finds it. */
  find(role, name) {
    return this.session.element(findByRole, role, name)
  }

  /** Waits for it and clicks it. */
  async click(role, name) {
    const element = await this.until(`there is a ${role} "${name}"`, () => this.find(role, name))
    await this.session.click(element)
  }

  /** Clicks what takes the window away: the driver is answered first, since a hidden page may not answer it. */
  async clickAway(role, name) {
    const element = await this.until(`there is a ${role} "${name}"`, () => this.find(role, name))
    await this.session.run('setTimeout(() => args[0].click(), 50)', element)
  }

  /** Waits until the page shows a text. */
  shows(text, patience) {
    return this.until(`the page shows "${text}"`, () => this.session.run('return document.body.innerText.includes(args[0])', text), patience)
  }

  /** Asks the node of this window, as the page does. */
  call(method, path, body) {
    return this.session.run(
      `const { api, token } = await window.__TAURI_INTERNALS__.invoke('connection');
       const response = await fetch(api + '/api/app' + args[1], {
         method: args[0],
         headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
         body: args[2] === null ? undefined : JSON.stringify(args[2]),
       });
       const text = await response.text();
       if (!response.ok) throw new Error(response.status + ' ' + text);
       return text === '' ? null : JSON.parse(text)`,
      method,
      path,
      body ?? null,
    )
  }

  /** What is on the screen, not what the engine says it drew. */
  async screen() {
    const path = join(this.world.folder, 'screen.png')
    await this.shot(path)
    return readPng(path)
  }

  /** A picture of the whole screen. */
  async shot(path) {
    const { stdout } = await exec('xdpyinfo')
    const size = /dimensions:\s+(\d+x\d+)/.exec(stdout)[1]
    const grab = ['-f', 'x11grab', '-draw_mouse', '0', '-video_size', size, '-i', process.env.DISPLAY]
    await exec('ffmpeg', ['-v', 'error', '-y', ...grab, '-frames:v', '1', '-pix_fmt', 'rgb24', path])
  }

  /** The X11 id of the window, or null while it is hidden. */
  async windowId() {
    const mine = ['search', '--all', '--onlyvisible', '--pid', String(this.pid), '--name', '^Tributary$']
    const found = await exec('xdotool', mine).catch(() => ({ stdout: '' }))
    return found.stdout.trim().split('\n').at(-1) || null
  }

  async isOnScreen() {
    return (await this.windowId()) !== null
  }

  /** Puts the window before all others. */
  async raise() {
    await exec('xdotool', ['windowraise', await this.windowId()])
  }

  async resize(width, height) {
    await exec('xdotool', ['windowsize', await this.windowId(), String(width), String(height)])
  }

  async size() {
    const { WIDTH, HEIGHT } = await this.geometry()
    return [WIDTH, HEIGHT]
  }

  async geometry() {
    const { stdout } = await exec('xdotool', ['getwindowgeometry', '--shell', await this.windowId()])
    return Object.fromEntries([...stdout.matchAll(/^(\w+)=(-?\d+)$/gm)].map(([, name, value]) => [name, Number(value)]))
  }

  /** Where an element of the page is on the screen. */
  async placeOnScreen(selector) {
    const { X, Y } = await this.geometry()
    const box = await this.session.run('const box = document.querySelector(args[0]).getBoundingClientRect(); return [box.x, box.y, box.width, box.height]', selector)
    return { x: X + box[0], y: Y + box[1], width: box[2], height: box[3] }
  }

  /** What the film of the page says of itself: an expression of `video`. */
  video(expression) {
    return this.session.run(`const video = document.querySelector('video'); return video ? ${expression} : null`)
  }

  /** The second that is burned into the film on the screen; waits for it to be `expected` when given. */
  async secondOnScreen(expected) {
    let last = null
    await this.until('the timecode is on the screen', async () => {
      last = readSecond(await this.screen(), await this.#pictureArea())
      return last !== null && (expected === undefined || Math.abs(last - expected) <= 1)
    }, 20_000).catch((error) => {
      if (last === null) throw error
    })
    return last
  }

  /** Where the picture is inside the video element: in its own shape, in the middle. */
  async #pictureArea() {
    const box = await this.placeOnScreen('video')
    const [width, height] = await this.video('[video.videoWidth, video.videoHeight]')
    const scale = Math.min(box.width / width, box.height / height)
    const shown = { width: width * scale, height: height * scale }
    return { x: box.x + (box.width - shown.width) / 2, y: box.y + (box.height - shown.height) / 2, ...shown }
  }

  /** Asks the window to close, as its frame would. */
  async closeWindow() {
    await exec('/usr/bin/python3', [fileURLToPath(new URL('close_window.py', import.meta.url)), await this.windowId()])
  }

  isRunning() {
    return isRunning(this.pid)
  }

  /** Waits until the process is gone, and returns the milliseconds it took. */
  async gone(patience = PATIENCE_MS) {
    const from = performance.now()
    while (this.isRunning()) {
      if (performance.now() - from > patience) throw new Error('the app still runs')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return performance.now() - from
  }

  /** Ends the app as a session manager does; closing its window would ask. */
  async end() {
    if (this.isRunning()) process.kill(this.pid, 'SIGTERM')
    await this.gone()
    await this.session.end()
  }
}

/** Starts the program outside WebDriver; resolves with its exit code and output. */
export function start(world, args) {
  const child = spawn(binary, args, { env: { ...process.env, ...world.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  child.stderr.on('data', (chunk) => (text += chunk))
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, text })))
  return { child, ended }
}

export function isRunning(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The app on this home, wherever the driver has put it in the tree of processes. */
function processOn(home) {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      if (command[0] === binary && command[1] !== 'media-worker' && environment.includes(`TRIBUTARY_HOME=${home}`)) return Number(pid)
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error(`no app runs on ${home}`)
}

/** Runs in the page. Covers the roles the interface uses; a name matches as a whole, or as a RegExp source in slashes. */
const findByRole = `
  const [role, name] = args;
  const implicit = { button: 'button', link: 'a[href]', heading: 'h1,h2,h3', dialog: 'dialog', img: 'img', textbox: 'input:not([type]),input[type=text],input[type=search]', slider: 'input[type=range]', checkbox: 'input[type=checkbox]', radio: 'input[type=radio]', region: 'section', navigation: 'nav' };
  const pattern = /^\\/.*\\/$/.test(name) ? new RegExp(name.slice(1, -1)) : null;
  const matches = (text) => (pattern ? pattern.test(text) : text === name);
  const nameOf = (element) => {
    const label = element.getAttribute('aria-label');
    if (label) return label.trim();
    const by = element.getAttribute('aria-labelledby');
    if (by) return by.split(' ').map((id) => document.getElementById(id)?.innerText ?? '').join(' ').trim();
    if (element.alt) return element.alt.trim();
    if (element.labels?.length) return element.labels[0].innerText.trim();
    return (element.innerText || element.title || '').trim().replace(/\\s+/g, ' ');
  };
  const selector = '[role="' + role + '"]' + (implicit[role] ? ',' + implicit[role] : '');
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden';
  };
  // Behind an open dialog nothing can be reached, so it is not found either.
  const dialog = [...document.querySelectorAll('[role=dialog],[role=alertdialog]')].filter(visible).at(-1);
  const root = role === 'dialog' || !dialog ? document : dialog;
  return [...root.querySelectorAll(selector)].find((element) => visible(element) && matches(nameOf(element))) ?? null;
`
