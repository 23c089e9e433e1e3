// Cargo, with the build cache that all scripts share.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, targetDir } from './paths.mjs'

/** Runs cargo and shows what it prints. Throws when it fails. */
export function cargo(args, options = {}) {
  const ran = spawnSync('cargo', args, { cwd: root, stdio: ['ignore', 2, 2], env: cargoEnv(), ...options })
  if (ran.status !== 0) throw new Error(`cargo ${args.slice(0, 3).join(' ')} failed; see above`)
  return ran
}

export const cargoEnv = () => ({ ...process.env, CARGO_TARGET_DIR: targetDir })

/** The binaries of the one debug build that `npm start`, the tests and CI share. */
export const debugBinary = (name) => join(targetDir, 'debug', name)
