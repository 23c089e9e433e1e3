// `npm test`: sets up what is missing and runs every suite of the CI tier, each timed
// against tests/budget.json. `npm test -- NAME...` runs only the suites named.
//
// One build serves all: the test binaries, the daemon and the desktop app come from a
// single cargo graph, so that nothing is compiled twice with other features.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cargo, debugBinary } from './lib/cargo.mjs'
import { hasProgram } from './lib/machine.mjs'
import { root } from './lib/paths.mjs'
import { pythonWith } from './lib/python.mjs'
import { runStages } from './lib/stages.mjs'
import { cargoTest, nodeTest, vitest } from './lib/suites.mjs'
import { buildUi } from './lib/ui.mjs'
import { setup } from './setup.mjs'

/** A network namespace of its own: windows that speak to the world find each other there and nobody else. */
const alone = ['unshare', ...(process.getuid() === 0 ? [] : ['--map-root-user']), '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
const display = [...alone, 'dbus-run-session', '--', 'xvfb-run', '-a', '-s', '-screen 0 1440x900x24']

/** A window, a daemon and a browser want these, and nothing of the person's own desktop. */
const quietDesktop = { NO_AT_BRIDGE: '1', GTK_USE_PORTAL: '0', LANG: 'C.UTF-8' }

const binaries = {
  TRIBUTARY: debugBinary('tributary'),
  TRIBUTARY_DESKTOP: debugBinary('tributary-desktop'),
  TRIBUTARY_EXCHANGE: debugBinary('examples/exchange'),
}

const suites = [
  ['setup', () => setup(['test'])],
  ['ui build', () => void buildUi()],
  ['rust build', () => void cargo(['build', '--workspace', '--bins', '--tests', '--examples', '--locked'])],
  ['rust', () => cargoTest(['--workspace', '--locked', '--no-fail-fast'])],
  ['ui unit', () => vitest(['--root', 'ui'])],
  ['scripts', () => nodeTest(specs('tests/scripts'))],
  ['interop', () => nodeTest(specs('tests/interop'), { env: { ...binaries, LANG: 'C.UTF-8' }, timeout: 600_000 })],
  ['interop python', interopPython],
  ['ui', () => nodeTest(specs('tests/ui'), { env: { ...binaries, ...quietDesktop }, timeout: 600_000 })],
  ['desktop', desktop],
]

function interopPython() {
  const { python, missing } = pythonWith('tests/interop/python/requirements.txt')
  if (missing) return { passed: 0, failed: 0, notRun: missing }
  return nodeTest(specs('tests/interop/python'), { env: { ...binaries, TRIBUTARY_PYTHON: python, LANG: 'C.UTF-8' } })
}

function desktop() {
  const missing = ['unshare', 'ip', 'dbus-run-session', 'xvfb-run', 'WebKitWebDriver', 'ffmpeg'].filter((program) => !hasProgram(program))
  if (missing.length > 0) return { passed: 0, failed: 0, notRun: `needs ${missing.join(', ')}` }
  return nodeTest(specs('tests/desktop'), { env: { ...binaries, ...quietDesktop }, wrap: display, timeout: 600_000 })
}

function specs(folder) {
  const files = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((name) => name.endsWith('.spec.mjs')) : []
  if (files.length === 0) throw new Error(`there are no tests in ${folder}`)
  return files.sort().map((name) => join(folder, name))
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !suites.some(([suite]) => suite === name))
if (unknown.length > 0) {
  process.stderr.write(`There is no suite ${unknown.join(', ')}; there are: ${suites.map(([name]) => name).join(', ')}\n`)
  process.exit(2)
}
const wanted = named.length === 0 ? suites : suites.filter(([name]) => name === 'setup' || named.includes(name))
process.exitCode = (await runStages(wanted)) ? 0 : 1
