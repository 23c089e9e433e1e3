// A WebDriver session with the real window (https://www.w3.org/TR/webdriver2/), over
// fetch: WebKitWebDriver starts the app itself, so no other driver is needed.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

const DRIVER = 'WebKitWebDriver'
/** Longer than any script may run. */
const REQUEST_MS = 120_000
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

/** Keys that have no character of their own. */
export const keys = { enter: '\uE007', escape: '\uE00C', tab: '\uE004', left: '\uE012', right: '\uE014', control: '\uE009' }

/** Starts `binary` under the driver and resolves to the session. */
export async function startSession(binary, { args = [], env = {} } = {}) {
  const port = await freePort()
  const driver = spawn(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
    // The variable with which Tauri lets a driver in; it must never be set outside tests.
    env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: 'true' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const base = `http://127.0.0.1:${port}`
  try {
    await answering(`${base}/status`, driver)
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args } } }
    const { sessionId } = await call(base, 'POST', '/session', { capabilities })
    const session = new Session(base, sessionId, driver)
    await session.request('POST', '/timeouts', { script: 60_000 })
    return session
  } catch (error) {
    driver.kill()
    throw error
  }
}

class Session {
  constructor(base, id, driver) {
    this.base = base
    this.id = id
    this.driver = driver
  }

  request(method, path, body) {
    return call(this.base, method, `/session/${this.id}${path}`, body)
  }

  /** Runs a function body in the page; `args` are its arguments. */
  async run(body, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      (async (...args) => { ${body} })(...Array.from(arguments).slice(0, -1))
        .then((value) => done({ value }), (error) => done({ error: String(error) }))`
    const { value, error } = await this.request('POST', '/execute/async', { script, args })
    if (error !== undefined) throw new Error(`in the page: ${error}`)
    return value
  }

  /** The first element, as the driver names it, that `body` returns. */
  async element(body, ...args) {
    return this.request('POST', '/execute/sync', { script: `return ((...args) => { ${body} })(...arguments)`, args })
  }

  async click(element) {
    await this.request('POST', `/element/${element[ELEMENT]}/click`, {})
  }

  async type(element, text) {
    await this.request('POST', `/element/${element[ELEMENT]}/value`, { text })
  }

  /** Presses keys one after the other, wherever the focus is. */
  async press(...values) {
    const actions = values.flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }])
    await this.request('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  /** Moves the pointer to a point of the page. */
  async point(x, y) {
    const actions = [{ type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 20 }]
    await this.request('POST', '/actions', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] })
  }

  async screenshot(path) {
    const bytes = Buffer.from(await this.request('GET', '/screenshot'), 'base64')
    if (path !== undefined) writeFileSync(path, bytes)
    return bytes
  }

  /** Ends the session, and the app with it when it still runs. */
  async end() {
    // An app that has quit by itself took its session along.
    await this.request('DELETE', '').catch(() => {})
    const ended = new Promise((resolve) => this.driver.once('exit', resolve))
    this.driver.kill()
    if (this.driver.exitCode === null && this.driver.signalCode === null) await ended
  }
}

async function call(base, method, path, body) {
  const response = await fetch(base + path, {
    method,
    // A driver that waits for a page that is gone never answers.
    signal: AbortSignal.timeout(REQUEST_MS),
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const { value } = await response.json()
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value).slice(0, 400)}`)
  return value
}

async function answering(url, driver) {
  while (driver.exitCode === null) {
    try {
      await fetch(url)
      return
    } catch {
      // Not listening yet.
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }
  throw new Error(`${DRIVER} ended with ${driver.exitCode}`)
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
