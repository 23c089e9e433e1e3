// A Python environment of our own in the cache, for clients that come from PyPI.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './paths.mjs'

/**
 * The Python of an environment that holds what a requirements file names, made when it is not
 * there: `{ python }`, or `{ missing }` with what it needs.
 */
export function pythonWith(requirements) {
  const file = join(root, requirements)
  const found = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  if (found.status !== 0) return { missing: 'needs python3' }
  const hash = createHash('sha256').update(readFileSync(file)).update(found.stdout).digest('hex').slice(0, 16)
  const place = join(homedir(), '.cache/tributary', `python-${hash}`)
  const done = join(place, 'installed')
  const python = join(place, 'bin/python')
  if (existsSync(done)) return { python }
  // An environment cannot be moved: what is half made is made again.
  rmSync(place, { recursive: true, force: true })
  mkdirSync(dirname(place), { recursive: true })
  const made = spawnSync('python3', ['-m', 'venv', place], { stdio: ['ignore', 2, 2] })
  if (made.status !== 0) return { missing: 'needs python3-venv' }
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input']
  const installed = spawnSync(python, ['-m', 'pip', 'install', ...quiet, '-r', file], { stdio: ['ignore', 2, 2] })
  if (installed.status !== 0) return { missing: `needs what ${requirements} names, and pip could not install it` }
  mkdirSync(`${done}.new`)
  renameSync(`${done}.new`, done)
  return { python }
}
