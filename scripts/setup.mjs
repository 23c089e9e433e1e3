// `node scripts/setup.mjs [PURPOSE...]`: makes this machine ready for `npm start`,
// `npm test` and `npm run build`. Quick and silent when it is ready already.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requirePackages, requireToolchains } from './lib/machine.mjs'
import { root } from './lib/paths.mjs'

/** Checks toolchains, then installs Debian packages for `purposes` and npm packages. */
export function setup(purposes) {
  requireToolchains()
  requirePackages(purposes)
  requireModules()
}

/** `npm ci`, unless node_modules already holds what package-lock.json says. */
function requireModules() {
  const lock = lockedVersions(join(root, 'package-lock.json'))
  const installed = lockedVersions(join(root, 'node_modules/.package-lock.json'))
  const stale = Object.entries(lock).some(([path, wanted]) => {
    const there = installed[path]
    // Packages for other platforms are in the lock and never in node_modules.
    return there === undefined ? !wanted.optional : there.version !== wanted.version
  })
  if (!stale) return
  process.stderr.write('Installing npm packages\n')
  const done = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) {
    process.stderr.write('npm install failed; see above.\n')
    process.exit(1)
  }
}

function lockedVersions(file) {
  if (!existsSync(file)) return {}
  const { '': _project, ...packages } = JSON.parse(readFileSync(file, 'utf8')).packages
  return packages
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const purposes = process.argv.slice(2)
  setup(purposes.length > 0 ? purposes : ['test'])
}
