// A daemon whose RPC listener is on, for clients that others wrote.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDaemon } from '../../scripts/lib/daemon.mjs'

const tributary = process.env.TRIBUTARY
if (!tributary || !existsSync(tributary)) throw new Error('TRIBUTARY must name the daemon binary; run `npm test -- interop`')

/** Opens a daemon on an empty home, with its RPC listener on a free port. */
export async function openNode() {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-interop-'))
  let daemon = await openDaemon(tributary, folder, undefined, ['--rpc', '127.0.0.1:0'])
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
      daemon = await openDaemon(tributary, folder, daemon.home, ['--rpc', '127.0.0.1:0'])
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
