// `npm run test:long`: what takes too long for CI. Hundreds of kills and soaks (the
// slow tests of the suites, RUN_SLOW=1), and a bare machine (fresh.mjs).

import { runStages } from './lib/stages.mjs'
import { cargoTest, check } from './lib/suites.mjs'
import { buildUi } from './lib/ui.mjs'
import { setup } from './setup.mjs'

const suites = [
  ['setup', () => setup(['test'])],
  ['ui build', () => void buildUi()],
  ['slow tests', () => cargoTest(['--workspace', '--locked', '--no-fail-fast'], { RUN_SLOW: '1' })],
  ['bare machine', bareMachine],
]

function bareMachine() {
  if (process.getuid?.() !== 0) return { passed: 0, failed: 0, notRun: 'needs root, to make a chroot' }
  return check(process.execPath, ['scripts/fresh.mjs'])
}

const named = process.argv.slice(2)
const wanted = named.length === 0 ? suites : suites.filter(([name]) => name === 'setup' || named.includes(name))
process.exitCode = (await runStages(wanted)) ? 0 : 1
