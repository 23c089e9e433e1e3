// `npm start`: sets up what is missing, builds, and opens the app. Without a display,
// or with `-- --headless`, it runs the same node as a daemon and prints the address of
// the same interface. Other arguments go to the program.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { cargo, cargoEnv, debugBinary } from './lib/cargo.mjs'
import { buildUi } from './lib/ui.mjs'
import { setup } from './setup.mjs'

const args = process.argv.slice(2)
const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
const headless = args.includes('--headless') || !hasDisplay
const rest = args.filter((arg) => arg !== '--headless')

try {
  setup([headless ? 'headless' : 'desktop'])
  buildUi()
  const program = headless ? 'tributary' : 'tributary-desktop'
  // A machine without a display needs no libraries of the window. The window comes from the build that the tests
  // share. With nothing to do it is quiet, so that the second start says only where it is.
  cargo(['build', '--locked', ...(headless ? ['--package', 'cli'] : ['--workspace']), '--bins'])
  run(debugBinary(program), headless ? headlessArgs() : rest)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** `--home` comes before the subcommand, everything else after it. */
function headlessArgs() {
  if (!args.includes('--headless')) process.stderr.write('There is no display, so this is the headless daemon (npm start -- --headless).\n')
  const at = rest.indexOf('--home')
  const home = at < 0 ? [] : rest.slice(at, at + 2)
  return [...home, 'daemon', ...rest.filter((arg) => !home.includes(arg))]
}

/** Runs the program to its end; signals are its own to answer, and its exit is ours. */
function run(program, programArgs) {
  const child = spawn(program, programArgs, { stdio: 'inherit', env: cargoEnv() })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // The terminal sends Ctrl-C to the child as well.
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal))
  }
  // npm that is told to end passes nothing on; it is just gone.
  const parent = process.ppid
  const orphaned = setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500)
  child.on('exit', () => clearInterval(orphaned))
  child.on('error', (error) => {
    process.stderr.write(`${program} did not start: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
