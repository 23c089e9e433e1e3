// Block exchange: against a bare copy over the same layers, from capped providers, and over a slow link.

import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stop } from '../lib/process.mjs'
import { ends, slowLink } from './link.mjs'
import { judge, median, round } from './report.mjs'

const exec = promisify(execFile)
const MIB = 2 ** 20
const COPY_MIB = 1024
const LINK_MIB = 256

async function bench(context, ...args) {
  const { stdout } = await exec(context.example('btfs_bench'), args.map(String), { maxBuffer: 1 << 26 })
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

const rate = (bytes) => `${round(bytes / MIB, 0)} MiB/s`

/** `network` is "key" or "open". */
function copy(network) {
  return async (context) => {
    const work = join(context.work, `copy-${network}`)
    mkdirSync(work)
    try {
      const { pairs } = await bench(context, 'copy', COPY_MIB, context.pairs, network, work)
      // Both ends share the cores, so this is bound by the CPU: the worse of wall and CPU counts.
      const ratios = pairs.map((pair) => Math.min(pair.bare / pair.ours, pair.bareCpu / pair.ourCpu))
      const side = (wall, cpu) => `${rate((COPY_MIB * MIB) / median(pairs.map((pair) => pair[wall])))} (CPU ${round(median(pairs.map((pair) => pair[cpu])), 1)} s)`
      return { ours: side('ours', 'ourCpu'), peer: side('bare', 'bareCpu'), engine: 'one yamux stream over the same layers, nothing hashed or stored', ...judge(ratios, 0.75, 'higher') }
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
}

async function capped(context) {
  const { pairs } = await bench(context, 'capped', 192, context.pairs)
  const sum = (list) => list.reduce((all, one) => all + one, 0)
  const ratios = pairs.map((pair) => pair.together / sum(pair.alone))
  return {
    ours: rate(median(pairs.map((pair) => pair.together))),
    peer: rate(median(pairs.map((pair) => sum(pair.alone)))),
    engine: 'the sum of what each of the four gives alone',
    ...judge(ratios, 0.9, 'higher'),
  }
}

async function duplicates(context) {
  const { runs } = await bench(context, 'duplicates', 256, context.pairs)
  const shares = runs.map((run) => run.duplicates / run.blocks)
  return { ours: `${round(median(shares) * 100, 2)} %`, peer: '-', engine: 'eight providers from 2 to 16 MB/s, 1,024 blocks', ...judge(shares, 0.03, 'lower') }
}

async function overSlowLink(context) {
  const ours = []
  const peer = []
  let ping
  for (let pair = 0; pair < context.pairs; pair++) {
    const link = await slowLink(context, { mbit: 100, rtt: 50, loss: 0.1, seed: 100 + pair })
    try {
      ping = link.ping()
      peer.push(await link.iperf(LINK_MIB * MIB))
      const { child, value } = await link.run('giver', context.example('btfs_bench'), ['give', LINK_MIB, `/ip4/${ends.giver}/tcp/0`].map(String), (out) => (out.includes('\n') ? JSON.parse(out.split('\n')[0]) : null), { stdio: ['pipe', 'pipe', 'pipe'] })
      try {
        const took = JSON.parse(link.at('taker', context.example('btfs_bench'), ['take', LINK_MIB, value.address].map(String)).trim())
        ours.push(took.bytes / took.seconds)
      } finally {
        await stop(child)
      }
    } finally {
      await link.close()
    }
  }
  const ratios = ours.map((bytes, at) => bytes / peer[at])
  return { ours: rate(median(ours)), peer: rate(median(peer)), engine: `iperf3 over the same link in the same run; ping says ${ping} ms`, ...judge(ratios, 0.8, 'higher') }
}

export const exchange = [
  { work: '1 GiB, key + noise, hashed and stored', kind: 'ratio', bar: '>= 0.75', run: copy('key') },
  { work: '1 GiB, noise, hashed and stored', kind: 'ratio', bar: '>= 0.75', run: copy('open') },
  { work: 'four providers capped at a quarter each', kind: 'ratio', bar: '>= 0.9', run: capped },
  { work: 'duplicate blocks from 8 providers', kind: 'absolute', bar: '<= 3 %', run: duplicates },
  { work: '256 MiB, 100 Mbit/s, 50 ms, 0.1 % loss', kind: 'ratio', bar: '>= 0.8', run: overSlowLink },
]
