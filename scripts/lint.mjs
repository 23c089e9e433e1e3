// `npm run lint`: format, lints, boundaries, and what is generated. Every check runs,
// so that one run shows everything that is wrong.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { runStages } from './lib/stages.mjs'
import { check } from './lib/suites.mjs'
import { setup } from './setup.mjs'

const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts
const node = (...args) => () => check(process.execPath, args)
const npm = (name) => () => check('npm', ['run', '--silent', name])

const checks = [
  ['setup', () => setup(['test'])],
  ['rustfmt', () => check('cargo', ['fmt', '--all', '--check'])],
  ['boundaries', node('scripts/boundaries.mjs')],
  ['files', node('scripts/files.mjs')],
  ['eslint and prettier', npm('lint:ui')],
  ['svelte-check', npm('check:ui')],
  ['clippy', () => check('cargo', ['clippy', '--workspace', '--all-targets', '--locked', '--', '-D', 'warnings'])],
  ['bindings', node('scripts/bindings.mjs', '--check')],
]

// A check whose script is gone must not be skipped in silence.
for (const name of ['lint:ui', 'check:ui']) {
  if (scripts[name] === undefined) throw new Error(`package.json has no script ${name}`)
}
if (!existsSync(join(root, 'scripts/bindings.mjs'))) throw new Error('scripts/bindings.mjs is gone')

process.exitCode = (await runStages(checks)) ? 0 : 1
