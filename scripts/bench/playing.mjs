// From the click to the first frame, and from a seek to the next one, when the film is at somebody
// else's; over the same file from nginx, on the viewer's own machine, in the same browser.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { openDaemon } from '../lib/daemon.mjs'
import { start, stop } from '../lib/process.mjs'
import { slowLink } from './link.mjs'
import { judge, median, round } from './report.mjs'
import { shareFile } from './sharing.mjs'

const SECONDS = 180
const viewer = join(import.meta.dirname, 'viewer.mjs')

/** A film of 5 Mbit/s with its index at the front, made once. */
function film(context) {
  const folder = join(context.cache, 'film-5mbit-v1')
  const path = join(folder, 'film.mp4')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const picture = `testsrc2=s=1280x720:r=25:d=${SECONDS},noise=alls=20:allf=t`
  const rate = ['-b:v', '5M', '-minrate', '5M', '-maxrate', '5M', '-bufsize', '2M', '-x264-params', 'nal-hrd=cbr']
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50', ...rate, '-movflags', '+faststart', '-f', 'mp4', `${path}.part`])
  renameSync(`${path}.part`, path)
  return path
}

/** One viewing: what nginx took, and what the peer took, in seconds. */
async function view(context, link, file) {
  const remote = link !== null
  const giver = remote ? await daemonAt(context, link) : await openDaemon(context.tributary, context.work, undefined, ['--network', 'loopback'])
  try {
    const share = await shareFile(giver, file)
    const args = [JSON.stringify({ tributary: context.tributary, work: context.work, film: file, link: share.link, network: remote ? 'direct' : 'loopback' })]
    const ready = (out) => (out.includes('\n') ? JSON.parse(out.split('\n')[0]) : null)
    const { child, value } = remote ? await link.run('taker', process.execPath, [viewer, ...args], ready) : await start(process.execPath, [viewer, ...args], ready)
    await stop(child)
    return value
  } finally {
    await giver.close()
  }
}

/** A daemon at the giving end. Its API is reached from inside its namespace, through one request a command. */
async function daemonAt(context, link) {
  const home = join(context.work, `giver-${Math.random().toString(36).slice(2)}`)
  const { child, value } = await link.run(
    'giver',
    context.tributary,
    ['--home', home, '--json', 'daemon', '--api', '127.0.0.1:0', '--media', '127.0.0.1:0', '--network', 'direct'],
    (out) => (out.includes('\n') ? JSON.parse(out.split('\n')[0]) : null),
  )
  const call = (method, path, body) => {
    const out = link.at('giver', 'curl', ['-sS', '--fail-with-body', '-X', method, '-H', `authorization: Bearer ${value.token}`, '-H', 'content-type: application/json', ...(body ? ['-d', JSON.stringify(body)] : []), `${value.api}/api/app${path}`])
    return out === '' ? null : JSON.parse(out)
  }
  return {
    call,
    async import(paths, mode, also) {
      const { id } = call('POST', '/imports', { paths, mode })
      for (;;) {
        const job = call('GET', `/imports/${id}`)
        if (job.state === 'failed') throw new Error(`the import failed: ${job.message}`)
        if (job.state === 'done' && also(job)) return job
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    async close() {
      await stop(child)
      execFileSync('rm', ['-rf', home])
    },
  }
}

/** Both rows of a link come from the same viewings. */
const viewed = new Map()
async function viewings(context, shape) {
  const key = JSON.stringify(shape)
  if (viewed.has(key)) return viewed.get(key)
  const file = film(context)
  const runs = []
  let ping = null
  for (let pair = 0; pair < context.pairs; pair++) {
    const link = shape && (await slowLink(context, { ...shape, seed: 200 + pair }))
    try {
      if (link) ping = link.ping()
      runs.push(await view(context, link, file))
    } finally {
      await link?.close()
    }
  }
  viewed.set(key, { runs, ping })
  return { runs, ping }
}

function row(what, shape, bar) {
  return async (context) => {
    const { runs, ping } = await viewings(context, shape)
    const over = runs.map((run) => run.peer[what] - run.nginx[what])
    const stalls = Math.max(...runs.map((run) => run.peer.stalled))
    const column = (side) => `${round(median(runs.map((run) => run[side][what])), 2)} s`
    const judged = judge(over, bar, 'lower')
    const engine = `nginx beside the browser; the ratio column is the difference in seconds; longest stall while playing on: ${round(stalls, 2)} s${ping === null ? '' : `; ping says ${ping} ms`}`
    return { ours: column('peer'), peer: column('nginx'), engine, ...judged, ...(stalls > 0 && judged.ok ? { ok: false, why: 'it stalled afterwards' } : {}) }
  }
}

const slow = { mbit: 20, rtt: 50 }

export const playing = [
  { work: 'click to first frame from a peer, loopback', kind: 'absolute', bar: '<= 0.3 s over', run: row('first', null, 0.3) },
  { work: 'seek to an unfetched place, loopback', kind: 'absolute', bar: '<= 0.3 s over', run: row('seek', null, 0.3) },
  { work: 'click to first frame, 50 ms and 20 Mbit/s', kind: 'absolute', bar: '<= 1.2 s over', run: row('first', slow, 1.2) },
  { work: 'seek to an unfetched place, 50 ms and 20 Mbit/s', kind: 'absolute', bar: '<= 1 s over', run: row('seek', slow, 1) },
]
