// `npm run bench -- [GROUP] [--json] [--only TEXT] [--pairs N]`: measures, prints a table, judges nothing by itself.
//
// Each row compares us with something real in the same run, in interleaved pairs, and says honestly where we
// fall short. It exits 0 whenever it could measure: benches inform, tests decide. A row that could not be
// measured is printed with `ok: null` and the reason; no row is ever left out.

import { groups } from './bench/groups.mjs'
import { prepare } from './bench/prepare.mjs'
import { printHeader, printRow } from './bench/report.mjs'

const args = process.argv.slice(2)
const option = (name) => {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args.splice(at, 2)[1]
}
const flag = (name) => {
  const at = args.indexOf(name)
  return at >= 0 && Boolean(args.splice(at, 1))
}

const json = flag('--json')
const only = option('--only')
const pairs = Number(option('--pairs') ?? 5)
const [group] = args

if (group && !groups[group]) {
  process.stderr.write(`There is no bench group "${group}". Groups: ${Object.keys(groups).join(', ')}.\n`)
  process.exit(2)
}

const chosen = group ? [group] : Object.keys(groups)
const context = await prepare({ pairs, quiet: json })
try {
  if (!json) printHeader()
  for (const name of chosen) {
    for (const { work, kind, bar, run } of groups[name]) {
      if (only && !work.includes(only)) continue
      let measured
      try {
        measured = await run(context)
      } catch (error) {
        measured = { ok: null, why: String(error.message ?? error).split('\n')[0] }
      }
      printRow({ group: name, work, kind, bar, ours: null, peer: null, ratio: null, n: 0, spread: null, engine: null, ...measured }, json)
    }
  }
} finally {
  await context.close()
}
