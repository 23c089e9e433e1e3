// Look-ups in a DHT of many nodes, a fifth of which is replaced in between; crates/net/examples/dht_sim runs one.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { round } from './report.mjs'

const exec = promisify(execFile)

/** Look-ups at each size. */
const LOOK_UPS = 500

/** Sizes the cost is drawn over. */
export const sizes = [125, 250, 500, 1000]

/** One simulation of `nodes`, as the numbers it prints. */
export async function simulate(program, nodes) {
  const { stdout } = await exec(program, [nodes, LOOK_UPS].map(String), { maxBuffer: 1 << 20 })
  return JSON.parse(stdout)
}

/** The share of look-ups that named somebody who is there and has it. */
export const found = (run) => run.successes / run.lookUps

/** What a look-up cost by size: hops and messages, one above the other. */
export function plot(runs) {
  const panels = [
    ['hops to the first who names a provider', (run) => run.hops],
    ['messages a look-up, requests and answers', (run) => run.messages],
  ]
  const [width, height] = [480, 260]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height * panels.length}">`,
    ...panels.map(([title, of], at) => `<g transform="translate(0 ${at * height})">${panel(runs, title, of, width, height)}</g>`),
    '</svg>\n',
  ].join('\n')
}

function panel(runs, title, of, width, height) {
  const edge = 50
  const most = Math.max(...runs.map(of)) * 1.15
  const [first, last] = [runs[0].nodes, runs.at(-1).nodes]
  const span = Math.max(Math.log2(last / first), 1)
  const x = (nodes) => round(edge + ((width - 2 * edge) * Math.log2(nodes / first)) / span, 1)
  const y = (value) => round(height - edge - ((height - 2 * edge) * value) / most, 1)
  const points = runs.map((run) => [x(run.nodes), y(of(run))])
  const text = (at, down, words, anchor = 'middle') => `<text x="${at}" y="${down}" text-anchor="${anchor}" font-family="sans-serif" font-size="12" fill="#888">${words}</text>`
  return [
    `<path d="M${edge} ${edge}V${height - edge}H${width - edge}" fill="none" stroke="#888"/>`,
    `<polyline points="${points.map((point) => point.join(',')).join(' ')}" fill="none" stroke="#48c" stroke-width="2"/>`,
    ...runs.map((run, at) => text(points[at][0], height - edge + 16, `${run.nodes}`)),
    ...runs.map((run, at) => text(points[at][0], points[at][1] - 8, round(of(run), 1))),
    text(width / 2, height - 14, 'nodes'),
    text(edge, edge - 20, title, 'start'),
  ].join('\n')
}

async function lookUps(context) {
  const runs = []
  for (const nodes of sizes) runs.push(await simulate(context.example('dht_sim'), nodes))
  const picture = join(context.cache, 'dht.svg')
  writeFileSync(picture, plot(runs))
  const largest = runs.at(-1)
  const share = found(largest)
  const cost = runs.map((run) => `${run.nodes}: ${round(run.hops, 2)} and ${round(run.messages, 1)}`).join(', ')
  return {
    ours: `${round(share * 100, 2)} % of ${largest.lookUps}`,
    peer: '-',
    ratio: round(share, 4),
    n: 1,
    engine: `hops and messages a look-up by nodes (${cost}), drawn in ${picture}`,
    ok: share >= 0.99,
  }
}

export const dht = [{ work: 'DHT of 1,000 nodes with churn: look-ups', kind: 'absolute', bar: '>= 99 %', run: lookUps }]
