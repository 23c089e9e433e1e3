// `node scripts/totals.mjs FILE`: the sum of what several commands counted, as the
// closing line of .ci/run.

import { readFileSync } from 'node:fs'

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)
const sum = (key) => lines.reduce((total, line) => total + JSON.parse(line)[key], 0)
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`)
