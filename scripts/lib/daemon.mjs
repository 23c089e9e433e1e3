// A Tributary daemon on a home of its own, driven through the app API as any front end would.

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cpuSeconds, start, stop } from './process.mjs'

const POLL_MS = 10

/**
 * Starts the `tributary` binary as a daemon. `home` is made inside `parent` when none is given;
 * `more` are further arguments of the daemon.
 * Resolves to its endpoint (`api`, `media`, `token`, `url` to open in a browser) and calls on it.
 */
export async function openDaemon(tributary, parent, home = mkdtempSync(join(parent, 'home-')), more = []) {
  const { child, value } = await start(
    tributary,
    ['--home', home, '--json', 'daemon', '--api', '127.0.0.1:0', '--media', '127.0.0.1:0', ...more],
    (out) => (out.includes('\n') ? JSON.parse(out.split('\n')[0]) : null),
  )
  const call = async (method, path, body) => {
    const response = await fetch(`${value.api}/api/app${path}`, {
      method,
      headers: { authorization: `Bearer ${value.token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return response.status === 204 ? null : response.json()
  }
  const finished = async (id, also = () => true) => {
    for (;;) {
      const job = await call('GET', `/imports/${id}`)
      if (job.state === 'failed') throw new Error(`the import failed: ${job.message}`)
      if (job.state === 'done' && also(job)) return job
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
  return {
    ...value,
    home,
    pid: child.pid,
    child,
    call,
    /** Imports paths and waits until all is durable and listed. Wall and CPU seconds of the daemon. */
    async import(paths, mode, also) {
      const cpu = cpuSeconds(child.pid)
      const from = performance.now()
      const { id } = await call('POST', '/imports', { paths, mode })
      const job = await finished(id, also)
      const wall = (performance.now() - from) / 1000
      if (job.filesFailed > 0) throw new Error(`${job.filesFailed} files of the import failed`)
      return { wall, cpu: cpuSeconds(child.pid) - cpu, job }
    },
    async close({ keep = false } = {}) {
      await stop(child)
      if (!keep) rmSync(home, { recursive: true, force: true })
    },
  }
}
