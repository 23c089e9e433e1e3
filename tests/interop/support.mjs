// A daemon whose RPC listener is on, for clients that others wrote.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDaemon } from '../../scripts/lib/daemon.mjs'

const tributary = process.env.TRIBUTARY
if (!tributary || !existsSync(tributary)) throw new Error('TRIBUTARY must name the daemon binary; run `npm test -- interop`')

const SWARM_KEY = `/key/swarm/psk/1.0.0/\n/base16/\n${'5a'.repeat(32)}\n`

/**
 * Opens a daemon on an empty home, with its RPC listener on a free port; `networked` lets it join a
 * private network on this machine.
 */
export async function openNode({ networked = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-interop-'))
  const home = join(folder, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'swarm.key'), SWARM_KEY)
  const more = ['--rpc', '127.0.0.1:0', ...(networked ? ['--network', 'private', '--loopback'] : [])]
  let daemon = await openDaemon(tributary, folder, home, more)
  return {
    folder,
    get daemon() {
      return daemon
    },
    /** Ends it as a crash would, and starts it on the same home. */
    async crash() {
      const gone = new Promise((resolve) => daemon.child.once('exit', resolve))
      daemon.child.kill('SIGKILL')
      await gone
      daemon = await openDaemon(tributary, folder, home, more)
    },
    async close() {
      await daemon.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Bytes that differ everywhere. */
export function pattern(length, seed = 1) {
  const bytes = new Uint8Array(length)
  let state = seed >>> 0 || 1
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[at] = state
  }
  return bytes
}

/** All of an async iterable. */
export async function all(source) {
  const found = []
  for await (const each of source) found.push(each)
  return found
}

/** All bytes of an async iterable. */
export const bytesOf = async (source) => Buffer.concat(await all(source))
