// Against Helia, the node that others wrote in TypeScript: to it and from it, over what two of its own do.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../lib/process.mjs'
import { judge, median, round } from './report.mjs'

const MIB = 2 ** 20
const SIZE = 256 * MIB
const end = join(import.meta.dirname, 'helia-end.mjs')

const firstLine = (out) => (out.includes('\n') ? JSON.parse(out.split('\n')[0]) : null)
const piped = { stdio: ['pipe', 'pipe', 'pipe'] }

/** Starts one end; `helia` or ours. Its first line of JSON, and how to end it. */
async function side(context, kind, args) {
  const [command, ...before] = kind === 'helia' ? [process.execPath, end] : [context.example('exchange')]
  const limit = new Promise((_, reject) => setTimeout(() => reject(new Error(`${kind} ${args[0]} gave nothing in 300 s`)), 300_000).unref())
  const { child, value } = await Promise.race([start(command, [...before, ...args], firstLine, piped), limit])
  const ended = new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve()))
  return { ...value, async close() { child.stdin.end(); await ended } }
}

/** Bytes a second from one kind of node to another. */
async function copy(context, from, to) {
  const file = context.randomFile('film-256m.bin', SIZE, 7)
  const taken = join(context.work, 'taken.bin')
  const giver = await side(context, from, ['serve', file])
  try {
    const args = ['fetch', giver.address, giver.root, ...(to === 'helia' ? [] : [taken])]
    const taker = await side(context, to, args)
    await taker.close()
    return SIZE / taker.seconds
  } finally {
    await giver.close()
    rmSync(taken, { force: true })
  }
}

/** The worse of the two directions, over Helia to Helia. */
async function both(context) {
  const runs = []
  for (let pair = 0; pair < context.pairs; pair++) {
    const baseline = await copy(context, 'helia', 'helia')
    runs.push({ baseline, to: await copy(context, 'ours', 'helia'), from: await copy(context, 'helia', 'ours') })
  }
  const rate = (key) => round(median(runs.map((run) => run[key])) / MIB, 0)
  const ratios = runs.map((run) => Math.min(run.to, run.from) / run.baseline)
  return { ours: `to ${rate('to')}, from ${rate('from')} MiB/s`, peer: `${rate('baseline')} MiB/s`, engine: 'Helia to Helia, each a process of its own; the worse direction counts', ...judge(ratios, 1, 'higher') }
}

export const helia = [{ work: 'to and from Helia, 256 MiB', kind: 'ratio', bar: '>= 1', run: both }]
