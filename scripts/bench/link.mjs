// Two network namespaces with a slow link between them, measured before it is used.

import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { start, stop } from '../lib/process.mjs'

/** The addresses of the two ends. */
export const ends = { giver: '10.77.0.1', taker: '10.77.0.2' }

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] })

/**
 * Makes a link of `mbit` both ways with `rtt` ms of round trip and `loss` percent each way.
 * `run(end, command, args, ready, options)` starts a process at an end; `at(end, command, args)` runs one to its end.
 */
export async function slowLink(context, { mbit, rtt, loss = 0, seed = 1 }) {
  const name = (end) => `tributary-${end}-${process.pid}`
  const socket = (end) => join(context.work, `${end}.sock`)
  const children = []
  const close = async () => {
    for (const child of children) await stop(child)
    for (const end of Object.keys(ends)) spawnSync('ip', ['netns', 'del', name(end)])
  }
  const inside = (end, command, args) => ['netns', 'exec', name(end), command, ...args]
  try {
    for (const end of Object.keys(ends)) {
      ip('netns', 'add', name(end))
      ip('-n', name(end), 'link', 'set', 'lo', 'up')
    }
    for (const [end, other, at] of [['giver', 'taker', seed], ['taker', 'giver', seed + 1]]) {
      const args = [`${ends[end]}/24`, socket(end), socket(other), mbit, rtt / 2, loss, at].map(String)
      const { child } = await start('ip', inside(end, context.example('slow_link'), args), (out) => out.includes('up'), { stdio: ['pipe', 'pipe', 'pipe'] })
      children.push(child)
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    name,
    close,
    run: (end, command, args, ready, options) => start('ip', inside(end, command, args), ready, options),
    at: (end, command, args) => execFileSync('ip', inside(end, command, args), { encoding: 'utf8', maxBuffer: 1 << 26 }),
    /** What ping says of it, in ms: the median of `count` round trips with nothing else on the link. */
    ping(count = 10) {
      const out = this.at('taker', 'ping', ['-n', '-i', '0.05', '-c', String(count), ends.giver])
      const times = [...out.matchAll(/time=([\d.]+)/g)].map((found) => Number(found[1])).sort((a, b) => a - b)
      return times[times.length >> 1]
    },
    /** What iperf3 gets from the giver to the taker, bytes a second, over so many bytes. */
    async iperf(bytes) {
      const { child } = await this.run('giver', 'iperf3', ['-s', '-1', '--forceflush'], (out) => out.includes('listening'))
      try {
        const out = this.at('taker', 'iperf3', ['-J', '-R', '-n', String(bytes), '-c', ends.giver])
        return JSON.parse(out).end.sum_received.bits_per_second / 8
      } finally {
        await stop(child)
      }
    },
  }
}
