// The built interface (ui/dist), rebuilt only when something that goes into it changed.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './paths.mjs'

const inputs = ['ui', 'assets/locales', 'package-lock.json', 'icons/icon.svg']
const page = join(root, 'ui/dist/index.html')
// Beside the packages and not in dist, which is embedded as it is.
const stamp = join(root, 'node_modules/.cache/tributary/ui.sha256')

/** Builds ui/dist when it is not up to date. Returns whether it built. */
export function buildUi() {
  const hash = hashOf(inputs)
  if (existsSync(page) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false
  process.stderr.write('Building the interface\n')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const built = spawnSync(process.execPath, [vite, 'build', 'ui', '--logLevel', 'warn'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (built.status !== 0) throw new Error('vite build failed; see above')
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
  return true
}

function hashOf(paths) {
  const hash = createHash('sha256')
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full)) return
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) {
        if (name !== 'dist' && name !== 'node_modules') add(join(path, name))
      }
    } else {
      hash.update(`${path}\0`).update(readFileSync(full)).update('\0')
    }
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}
