// Where things are: the checkout, and the build cache that all scripts share.

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const cached = join(homedir(), '.cache/tributary/target')

/** CARGO_TARGET_DIR when set, else the cache outside the checkout when it is there, else ./target. */
export const targetDir = process.env.CARGO_TARGET_DIR ?? (existsSync(cached) ? cached : join(root, 'target'))
