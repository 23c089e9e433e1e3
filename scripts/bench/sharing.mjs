// What sharing by link costs: disk, and memory with many who open it.

import { spawn, execFileSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { openDaemon } from '../lib/daemon.mjs'
import { peakMib, residentMib, resetPeak, stop } from '../lib/process.mjs'
import { round } from './report.mjs'

const GIB = 2 ** 30
const MIB = 2 ** 20
const MB = 1e6 / MIB // A megabyte in MiB.

const diskBytes = (folder) => Number(execFileSync('du', ['-s', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')[0])

/** Imports a file where it lies and shares it; the share, once its link can be opened. */
export async function shareFile(daemon, file) {
  // Only what was looked at can be shared.
  await daemon.import([file], 'reference', (job) => job.previewsPending === 0)
  const item = (await daemon.call('GET', '/items?limit=1')).items[0]
  const { id } = await daemon.call('POST', '/shares', { items: [item.id] })
  for (;;) {
    const share = (await daemon.call('GET', '/shares')).find((one) => one.id === id)
    if (share.state === 'failed') throw new Error(`sharing failed: ${share.message}`)
    if (share.state === 'ready') return share
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function extraDisk(context) {
  const file = context.randomFile('film-4g.bin', 4 * GIB)
  const daemon = await openDaemon(context.tributary, context.work, undefined, ['--network', 'loopback'])
  try {
    await daemon.import([file], 'reference', (job) => job.previewsPending === 0)
    const before = diskBytes(daemon.home)
    await shareFile(daemon, file)
    const extra = diskBytes(daemon.home) - before
    const ratio = extra / (4 * GIB)
    return { ours: `${round(extra / MIB, 1)} MiB`, peer: '-', ratio: round(ratio, 4), n: 1, engine: 'du of the home after the share is ready, over du before', ok: ratio <= 0.01 }
  } finally {
    await daemon.close()
  }
}

/** A crowd that connects, then transfers when told, then ends when told. */
function crowd(context, link, connections, transfers) {
  const child = spawn(context.example('btfs_bench'), ['crowd', link, String(connections), String(transfers)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    async said() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`the crowd ended: ${errors.trim()}`)
      return JSON.parse(value)
    },
    go: () => child.stdin.write('\n'),
  }
}

async function memory(context, connections, transfers) {
  const file = context.randomFile('film-64m.bin', 64 * MIB, 5)
  const daemon = await openDaemon(context.tributary, context.work, undefined, ['--network', 'loopback'])
  try {
    const { link } = await shareFile(daemon, file)
    const many = crowd(context, link, connections, transfers)
    try {
      const { connected } = await many.said()
      if (connected !== connections) throw new Error(`${connected} of ${connections} are connected`)
      // What connecting cost for a moment is not what being idle costs.
      await new Promise((resolve) => setTimeout(resolve, 5000))
      const idle = residentMib(daemon.pid)
      resetPeak(daemon.pid)
      many.go()
      const { transferred, seconds } = await many.said()
      const peak = peakMib(daemon.pid)
      many.go()
      await many.said()
      return { idle, peak, transferred, seconds }
    } finally {
      await stop(many.child)
    }
  } finally {
    await daemon.close()
  }
}

async function idleMemory(context) {
  const { idle } = await memory(context, 50, 0)
  return { ours: `${round(idle, 0)} MiB`, peer: '-', n: 1, engine: '5 s after the last of 50 had opened the link', ok: idle <= 120 * MB }
}

async function servingMemory(context) {
  const { peak, transferred, seconds } = await memory(context, 200, 50)
  const rate = round(transferred / MIB / seconds, 0)
  return { ours: `${round(peak, 0)} MiB`, peer: '-', n: 1, engine: `peak while 50 of 200 fetch 64 MiB each at ${rate} MiB/s together`, ok: peak <= 400 * MB }
}

export const sharing = [
  { work: 'extra disk for sharing 4 GiB by link', kind: 'absolute', bar: '<= 1 %', run: extraDisk },
  { work: 'memory, idle with 50 peers', kind: 'memory', bar: '<= 120 MB', run: idleMemory },
  { work: 'memory, 200 connections, 50 transfers', kind: 'memory', bar: '<= 400 MB', run: servingMemory },
]
