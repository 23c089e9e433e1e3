// `node scripts/fresh.mjs [start|test|deb]...`: a bare Debian 12, made with debootstrap,
// that has only Rust, Node and git. There the commands of the README must work as
// written, and the package must install and open a film.
//
// Needs root. With COLD=1 nothing that was built here before is used; else the build cache
// comes along as a copy, which proves all but the time. The toolchains of this machine are
// bound into the chroot read-only, and so is what cargo has downloaded.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, targetDir } from './lib/paths.mjs'

const steps = { start, test, deb }
const wanted = process.argv.slice(2)
const home = homedir()
const cache = join(home, '.cache/tributary')
const base = join(cache, 'bookworm.tar')

for (const name of wanted.length > 0 ? wanted : Object.keys(steps)) {
  process.stdout.write(`== ${name}\n`)
  const machine = new Machine()
  try {
    await steps[name](machine)
    process.stdout.write(`-- ${name} works on a bare machine\n`)
  } finally {
    machine.remove()
  }
}

/** `npm start` without a display: the daemon runs and serves the interface. */
async function start(machine) {
  machine.checkout()
  const child = machine.spawn('npm start')
  const url = await said(child, /https?:\/\/127\.0\.0\.1:\d+\S*token=\S+/)
  const page = await fetch(url, { redirect: 'manual' })
  if (page.status !== 303) throw new Error(`the printed address answered ${page.status}`)
  child.kill('SIGTERM')
  const ended = Date.now()
  await new Promise((resolve) => child.once('close', resolve))
  process.stdout.write(`ended in ${Date.now() - ended} ms\n`)
}

async function test(machine) {
  machine.checkout()
  machine.run('npm test')
}

/** The package installs with all it needs, and a double-click on a film opens it. */
async function deb(machine) {
  const package_ = newestDeb()
  cpSync(package_, join(machine.path, 'tmp/tributary.deb'))
  machine.run('apt-get update -q && apt-get install -y -q /tmp/tributary.deb xvfb xauth dbus ffmpeg x11-apps libglib2.0-bin')
  machine.run('tributary --version && man -w tributary >/dev/null 2>&1 || test -e /usr/share/man/man1/tributary.1.gz')
  machine.run(
    'ffmpeg -v error -y -f lavfi -i testsrc2=size=640x360:rate=12:duration=30 -f lavfi -i sine -shortest -c:v libx264 -pix_fmt yuv420p -c:a aac "/tmp/A Film (2020).mp4"',
  )
  // gio launch is what a file manager does on a double-click.
  const child = machine.spawn(
    `dbus-run-session -- xvfb-run -a -s "-screen 0 1280x800x24" sh -c 'TRIBUTARY_HOME=/tmp/home gio launch /usr/share/applications/Tributary.desktop "/tmp/A Film (2020).mp4" & sleep 25; ffmpeg -v error -y -f x11grab -i $DISPLAY -frames:v 1 /tmp/one.png; sleep 2; ffmpeg -v error -y -f x11grab -i $DISPLAY -frames:v 1 /tmp/two.png; echo seen; tributary --home /tmp/home --json status; kill %1 2>/dev/null'`,
  )
  await said(child, /^seen$/m)
  const [one, two] = ['one', 'two'].map((name) => join(machine.path, `tmp/${name}.png`))
  cpSync(one, join(tmpdir(), 'tributary-fresh.png'))
  if (spawnSync('cmp', ['-s', one, two]).status === 0) throw new Error('the picture on the screen stands still')
}

function newestDeb() {
  const folder = join(targetDir, 'release/bundle/deb')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.deb')) : []
  if (names.length === 0) throw new Error('there is no package; run: npm run build')
  return join(folder, names.sort().at(-1))
}

/** Resolves with what `pattern` finds in the output of a process. */
function said(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = ''
    const look = (chunk) => {
      process.stdout.write(chunk)
      text += chunk
      const found = pattern.exec(text)
      if (found) resolve(found[0])
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.once('close', (code) => reject(new Error(`it ended with ${code} before it said ${pattern}`)))
  })
}

/** One throw-away Debian. */
function Machine() {
  if (!existsSync(base)) makeBase()
  this.path = mkdtempSync(join(tmpdir(), 'tributary-fresh-'))
  execFileSync('tar', ['-xpf', base, '-C', this.path])
  const mounts = []
  const bind = (from, to, ...options) => {
    const target = join(this.path, to)
    mkdirSync(target, { recursive: true })
    execFileSync('mount', ['--bind', from, target])
    if (options.includes('ro')) execFileSync('mount', ['-o', 'remount,ro,bind', target])
    mounts.push(target)
  }
  execFileSync('mount', ['-t', 'proc', 'proc', join(this.path, 'proc')])
  mounts.push(join(this.path, 'proc'))
  bind('/dev', 'dev')
  mkdirSync(join(this.path, 'dev/shm'), { recursive: true })
  cpSync('/etc/resolv.conf', join(this.path, 'etc/resolv.conf'), { dereference: true })
  for (const file of ['.npmrc', '.cargo/config.toml']) copyIfThere(join(home, file), join(this.path, 'root', file))
  const trust = trustOf(this.path)
  bind(join(process.env.RUSTUP_HOME ?? join(home, '.rustup')), 'root/.rustup', 'ro')
  bind(join(home, '.cargo/bin'), 'root/.cargo/bin', 'ro')
  bind(join(home, '.cargo/registry'), 'root/.cargo/registry')
  copyNode(join(this.path, 'opt/node'))
  if (!process.env.COLD && existsSync(targetDir)) {
    mkdirSync(join(this.path, 'root/.cache/tributary'), { recursive: true })
    // Links cost nothing, and builders replace files rather than write into them.
    const linked = spawnSync('cp', ['-al', targetDir, join(this.path, 'root/.cache/tributary/target')], { stdio: 'ignore' })
    // A lock of its own, so that neither waits for the other.
    for (const profile of ['debug', 'release']) rmSync(join(this.path, 'root/.cache/tributary/target', profile, '.cargo-lock'), { force: true })
    if (linked.status !== 0) process.stdout.write('the build cache is on another disk and stays away\n')
  }
  const inside = '/root'
  const env = {
    HOME: inside,
    LANG: 'C.UTF-8',
    PATH: [`${inside}/.cargo/bin`, '/opt/node/bin', '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    DEBIAN_FRONTEND: 'noninteractive',
    ...trust,
  }
  const shell = (command) => [[this.path, 'bash', '-c', command], { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] }]

  this.checkout = () => execFileSync('git', ['clone', '-q', '--depth', '1', `file://${root}`, join(this.path, 'root/tributary')])
  this.run = (command) => {
    const [args, options] = shell(`cd /root; [ -d tributary ] && cd tributary; ${command}`)
    if (spawnSync('chroot', args, { ...options, stdio: ['ignore', 1, 2] }).status !== 0) throw new Error(`failed on the bare machine: ${command}`)
  }
  this.spawn = (command) => {
    const [args, options] = shell(`cd /root; [ -d tributary ] && cd tributary; exec ${command}`)
    return spawn('chroot', args, options)
  }
  this.remove = () => {
    for (const target of mounts.reverse()) spawnSync('umount', ['-l', target], { stdio: 'ignore' })
    const left = execFileSync('cat', ['/proc/mounts'], { encoding: 'utf8' })
    // Never delete through a mount that did not go away.
    if (!left.includes(this.path)) rmSync(this.path, { recursive: true, force: true })
  }
}

function makeBase() {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'tributary-base-'))
  execFileSync('debootstrap', ['--variant=minbase', '--include=ca-certificates,git', 'bookworm', folder], { stdio: ['ignore', 2, 2] })
  const security = 'deb http://deb.debian.org/debian bookworm main\ndeb http://deb.debian.org/debian bookworm-updates main\ndeb http://deb.debian.org/debian-security bookworm-security main\n'
  writeFileSync(join(folder, 'etc/apt/sources.list'), security)
  execFileSync('tar', ['-cpf', base, '-C', folder, '.'])
  rmSync(folder, { recursive: true, force: true })
}

/** Node and npm, as the archive of nodejs.org lays them out. */
function copyNode(to) {
  const npm = execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim()
  mkdirSync(join(to, 'bin'), { recursive: true })
  cpSync(process.execPath, join(to, 'bin/node'))
  cpSync(join(npm, 'npm'), join(to, 'lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(to, 'bin', name))
}

/** The certificates this machine trusts, as the programs are told of them. Gives the variables that name them. */
function trustOf(machine) {
  const named = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'CARGO_HTTP_CAINFO'].filter((name) => existsSync(process.env[name] ?? ''))
  for (const name of named) copyIfThere(process.env[name], join(machine, process.env[name]))
  return Object.fromEntries(named.map((name) => [name, process.env[name]]))
}

function copyIfThere(from, to) {
  if (existsSync(from)) cpSync(from, to, { recursive: true, dereference: true })
}
