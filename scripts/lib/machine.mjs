// What a machine needs before anything builds: Rust, Node and Debian packages, by
// purpose. It checks first and installs only what is missing, so that it costs
// nothing when all is there.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const rustWanted = [1, 95]
const nodeWanted = [20, 19]

/** Debian 12 packages. A purpose names those before it that it builds on. */
const packages = {
  core: {
    needs: [],
    names: ['build-essential', 'pkg-config', 'cmake', 'nasm', 'libgstreamer1.0-dev', 'libgstreamer-plugins-base1.0-dev'],
  },
  codecs: {
    needs: [],
    names: ['gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad', 'gstreamer1.0-libav'],
  },
  desktop: {
    needs: ['core', 'codecs'],
    names: ['libwebkit2gtk-4.1-dev', 'libdbus-1-dev', 'libayatana-appindicator3-1', 'gstreamer1.0-gl', 'gstreamer1.0-pulseaudio', 'libgl1-mesa-dri'],
  },
  headless: { needs: ['core', 'codecs'], names: [] },
  test: {
    needs: ['desktop'],
    names: ['iproute2', 'nftables', 'xvfb', 'xauth', 'dbus', 'webkit2gtk-driver', 'chromium', 'ffmpeg', 'libheif-examples', 'xdotool', 'x11-utils', 'python3-gi', 'python3-venv', 'gir1.2-gtk-3.0'],
  },
}

/** Stops with what to do when Rust or Node is missing or too old. */
export function requireToolchains() {
  const cargoBin = join(homedir(), '.cargo/bin')
  const path = process.env.PATH ?? ''
  if (existsSync(cargoBin) && !path.split(delimiter).includes(cargoBin)) process.env.PATH = `${cargoBin}${delimiter}${path}`
  const problems = []
  if (!atLeast(process.versions.node, nodeWanted)) {
    problems.push(`Node ${nodeWanted.join('.')} or newer is needed; this is ${process.versions.node}. Get it from https://nodejs.org (or: nvm install 22).`)
  }
  const rust = spawnSync('rustc', ['--version'], { encoding: 'utf8' }).stdout?.match(/rustc (\S+)/)?.[1]
  if (rust === undefined) {
    problems.push(`Rust ${rustWanted.join('.')} or newer is needed, and there is none. Get it from https://rustup.rs.`)
  } else if (!atLeast(rust, rustWanted)) {
    problems.push(`Rust ${rustWanted.join('.')} or newer is needed; this is ${rust}. Run: rustup update stable`)
  }
  if (problems.length > 0) stop(problems)
}

/** Installs the Debian packages of `purposes` that are missing, or stops and says how to. */
export function requirePackages(purposes) {
  const wanted = new Set(purposes.flatMap(namesOf))
  const missing = missingOf([...wanted])
  if (missing === null) {
    process.stderr.write(`This is not a Debian system; make sure of what these packages bring: ${[...wanted].join(' ')}\n`)
    return
  }
  if (missing.length === 0) return
  const apt = aptCommand()
  if (apt === null) {
    stop([`Some Debian packages are missing, and installing them needs root. Run:`, `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`])
  }
  process.stderr.write(`Installing ${missing.length} Debian packages: ${missing.join(' ')}\n`)
  const install = () => runApt(apt, ['install', '-y', '-q', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...missing])
  // Package lists may be absent or stale, which only an attempt shows.
  if (!install() && !(runApt(apt, ['update', '-q']) && install())) {
    stop(['apt-get could not install them. Run this and look at what it says:', `  ${apt.join(' ')} install ${missing.join(' ')}`])
  }
}

function namesOf(purpose) {
  const { needs, names } = packages[purpose]
  return [...needs.flatMap(namesOf), ...names]
}

function missingOf(names) {
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names], { encoding: 'utf8' })
  if (asked.error) return null
  const installed = new Set()
  for (const line of asked.stdout.split('\n')) {
    const [name, status] = line.split(' ')
    if (status === 'installed') installed.add(name)
  }
  return names.filter((name) => !installed.has(name))
}

function aptCommand() {
  if (process.getuid?.() === 0) return ['apt-get']
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
  return sudo.status === 0 ? ['sudo', '-n', 'apt-get'] : null
}

function runApt([program, ...before], args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(program, [...before, ...args], { stdio: ['ignore', 2, 2], env }).status === 0
}

function atLeast(version, wanted) {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [index, least] of wanted.entries()) {
    if (parts[index] !== least) return parts[index] > least
  }
  return true
}

/** Whether a program is on the path. */
export function hasProgram(name) {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function stop(lines) {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exit(1)
}
