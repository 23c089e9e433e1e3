// Start of the packaged app: from the start of the process to the first shelf drawn with 50,000 items, over the
// same shell showing an empty page; and what the app costs while nobody does anything.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSession } from '../../tests/desktop/webdriver.mjs'
import { cargo } from '../lib/cargo.mjs'
import { openDaemon } from '../lib/daemon.mjs'
import { cpuSeconds, start, stop } from '../lib/process.mjs'
import { judge, median, round } from './report.mjs'

const ITEMS = 50_000
const IDLE_SECONDS = 30
const BAR_SECONDS = 0.5
/** The mark that Home sets when its first shelf is on the screen; the empty page sets the same one. */
const MARK = 'shelf'

/** The packaged shell, and the same one with an empty page. */
function shells(context) {
  const built = join(context.targetDir, 'release/tributary-desktop')
  const app = join(context.work, 'shell-app')
  copyFileSync(built, app)
  // Linking a shell takes minutes, so the empty one is kept as long as the code is the same.
  const empty = join(context.cache, `shell-empty-${codeHash(context)}`)
  if (!existsSync(empty)) {
    const page = join(context.cache, 'empty')
    mkdirSync(page, { recursive: true })
    writeFileSync(join(page, 'index.html'), '<!doctype html><title>empty</title><script src="/mark.js"></script>')
    writeFileSync(join(page, 'mark.js'), `requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('${MARK}')))`)
    // As `tauri build` does it: the custom protocol serves the embedded pages under the production CSP.
    const config = JSON.stringify({ build: { frontendDist: page } })
    cargo(['build', '--release', '--locked', '--workspace', '--bins'], { env: { ...process.env, CARGO_TARGET_DIR: context.targetDir, TAURI_CONFIG: config } })
    copyFileSync(built, empty)
  }
  return { blank: empty, app }
}

/** Names the state of everything that the shell is built from. */
function codeHash(context) {
  const git = (...args) => execFileSync('git', args, { cwd: context.root, maxBuffer: 64 << 20 })
  const parts = [git('ls-files', '-s', 'crates', 'src-tauri', 'Cargo.toml', 'Cargo.lock'), git('diff', 'HEAD', '--', 'crates', 'src-tauri')]
  return parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex').slice(0, 16)
}

/** A screen and a session bus of our own. */
async function desktop() {
  const screen = await start('bash', ['-c', 'exec Xvfb -displayfd 1 -screen 0 1440x900x24 2>/dev/null'], (out) => /^\d+\n/.exec(out)?.[0].trim())
  const bus = await start('dbus-daemon', ['--session', '--nofork', '--print-address'], (out) => (out.includes('\n') ? out.split('\n')[0] : null))
  return {
    env: { DISPLAY: `:${screen.value}`, DBUS_SESSION_BUS_ADDRESS: bus.value, NO_AT_BRIDGE: '1', GTK_USE_PORTAL: '0', LANG: 'C.UTF-8' },
    async close() {
      await stop(bus.child)
      await stop(screen.child)
    },
  }
}

/** 50,000 photos: one drawn picture with bytes of its own behind its end, so that no two are the same. */
async function fullHome(context) {
  const folder = join(context.work, 'many')
  mkdirSync(folder, { recursive: true })
  const picture = Buffer.from('/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==', 'base64')
  for (let i = 0; i < ITEMS; i++) {
    const day = join(folder, String(Math.floor(i / 500)))
    if (i % 500 === 0) mkdirSync(day, { recursive: true })
    writeFileSync(join(day, `IMG_${i}.jpg`), Buffer.concat([picture, Buffer.from(`${i}`)]))
  }
  const home = mkdtempSync(join(context.work, 'home-50k-'))
  const daemon = await openDaemon(context.tributary, context.work, home)
  await daemon.call('PATCH', '/settings', { firstRunDone: true })
  await daemon.import([folder], 'copy', (job) => job.previewsPending === 0)
  await daemon.close({ keep: true })
  rmSync(folder, { recursive: true })
  return home
}

/** Seconds from the start of the process until the mark, as the kernel and the page date them. */
async function shown(binary, home, env) {
  const xdg = join(home, '..', 'xdg')
  const session = await startSession(binary, { env: { ...env, TRIBUTARY_HOME: home, XDG_CONFIG_HOME: xdg, XDG_DATA_HOME: xdg, XDG_CACHE_HOME: xdg } })
  try {
    const drawn = await session.run(
      `for (;;) {
         const [mark] = performance.getEntriesByName(args[0]);
         if (mark) return performance.timeOrigin + mark.startTime;
         await new Promise((resolve) => setTimeout(resolve, 20));
       }`,
      MARK,
    )
    const pid = childNamed(session.driver.pid, 'tributary-deskt') ?? childNamed(session.driver.pid, 'shell-')
    return { seconds: (drawn - startedAt(pid)) / 1000, pid, end: () => quit(pid, session) }
  } catch (error) {
    await session.end()
    throw error
  }
}

/** Ends the app itself: with its window gone it would go on in the tray, and the next start would be handed to it. */
async function quit(pid, session) {
  process.kill(Number(pid), 'SIGTERM')
  while (existsSync(`/proc/${pid}/exe`)) await new Promise((resolve) => setTimeout(resolve, 20))
  await session.end()
}

const stat = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8')
const processes = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name))

function childNamed(parent, name) {
  return processes().find((pid) => {
    try {
      const text = stat(pid)
      return text.includes(`(${name}`) && Number(text.split(') ')[1].split(' ')[1]) === parent
    } catch {
      return false
    }
  })
}

/** When a process started, in ms since the epoch; the kernel counts in hundredths of a second. */
function startedAt(pid) {
  const boot = Date.now() - Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
  return boot + Number(stat(pid).split(') ')[1].split(' ')[19]) * 10
}

let prepared
async function prepare(context) {
  prepared ??= fullHome(context).then((home) => ({ binaries: shells(context), home }))
  return prepared
}

async function firstShelf(context) {
  const { binaries, home } = await prepare(context)
  const screen = await desktop()
  try {
    const blank = []
    const app = []
    for (let pair = 0; pair < context.pairs + 1; pair++) {
      const bare = await shown(binaries.blank, mkdtempSync(join(context.work, 'home-')), screen.env)
      await bare.end()
      const full = await shown(binaries.app, home, screen.env)
      await full.end()
      // The first pair reads both programs from the disk.
      if (pair > 0) {
        blank.push(bare.seconds)
        app.push(full.seconds)
      }
    }
    const over = app.map((seconds, i) => seconds - blank[i])
    return { ours: `${round(median(app), 2)} s`, peer: `${round(median(blank), 2)} s`, engine: 'the same shell with an empty page; the ratio column is the difference in seconds', ...judge(over, BAR_SECONDS, 'lower') }
  } finally {
    await screen.close()
  }
}

async function idle(context) {
  const { binaries, home } = await prepare(context)
  const screen = await desktop()
  try {
    const { pid, end } = await shown(binaries.app, home, screen.env)
    const family = () => [pid, ...processes().filter((one) => /WebKit/.test(stat(one)))]
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const members = family()
    const before = members.reduce((sum, one) => sum + cpuSeconds(one), 0)
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000))
    const share = (members.reduce((sum, one) => sum + cpuSeconds(one), 0) - before) / IDLE_SECONDS
    await end()
    return { ours: `${round(share * 100, 2)} % of a core`, peer: '-', ratio: round(share, 4), n: 1, engine: `app and web processes over ${IDLE_SECONDS} s`, ok: share <= 0.01 }
  } finally {
    await screen.close()
  }
}

export const startup = [
  { work: 'start to first shelf drawn, 50,000 items', kind: 'absolute', bar: '<= 0.5 s over', run: firstShelf },
  { work: 'idle cost of the window', kind: 'absolute', bar: '<= 1 %', run: idle },
]
