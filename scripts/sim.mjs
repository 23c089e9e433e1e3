// `npm run sim -- [NODES]`: the DHT at growing sizes up to NODES, 10,000 unless told otherwise, with what its
// look-ups cost as a table and as a picture (.bench/dht.svg). Ten thousand take hours and the memory of a large machine,
// for libp2p reserves a whole routing table for each node: what does not fit here is left out, and it says so.
// It exits with 1 when fewer than 99 % of the look-ups at any size succeed.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { found, plot, simulate, sizes } from './bench/dht.mjs'
import { round } from './bench/report.mjs'
import { cargo } from './lib/cargo.mjs'
import { root, targetDir } from './lib/paths.mjs'

/** Resident bytes a node, measured at a thousand. */
const NODE_BYTES = 4.7e6

/** Bytes that can be had without swapping; what the system calls free leaves its caches out. */
function available() {
  try {
    return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1]) * 1024
  } catch {
    return freemem()
  }
}

const most = Number(process.argv[2] ?? 10_000)
if (!Number.isSafeInteger(most) || most < 8) {
  process.stderr.write('usage: npm run sim -- [NODES]\n')
  process.exit(2)
}
const fits = Math.floor(available() / NODE_BYTES)
if (fits < most) process.stdout.write(`${most} nodes need about ${round((most * NODE_BYTES) / 1e9, 1)} GB; ${fits} fit into what is free here and are the most that run.\n`)
const largest = Math.min(most, fits)
const wanted = [...sizes, 2500, 5000].filter((nodes) => nodes < largest).concat(largest)

cargo(['build', '--release', '--locked', '--workspace', '--example', 'dht_sim'])
const columns = ['nodes', 'found', 'hops', 'most hops', 'asked', 'messages', 'unanswered', 'seconds']
const line = (cells) => process.stdout.write(cells.map((cell) => String(cell).padStart(11)).join('') + '\n')
line(columns)
const runs = []
for (const nodes of wanted) {
  const run = await simulate(join(targetDir, 'release/examples/dht_sim'), nodes)
  runs.push(run)
  line([nodes, `${round(found(run) * 100, 2)} %`, round(run.hops, 2), run.mostHops, round(run.asked, 1), round(run.messages, 1), round(run.unanswered, 1), round(run.seconds, 0)])
}
mkdirSync(join(root, '.bench'), { recursive: true })
const picture = join(root, '.bench/dht.svg')
writeFileSync(picture, plot(runs))
process.stdout.write(`Drawn in ${picture}\n`)
process.exitCode = runs.every((run) => found(run) >= 0.99) ? 0 : 1
