// Stages of a long check: each is named, timed against its budget, and counted.
//
// A stage returns { passed, failed, notRun? }, or nothing when it only prepares, or
// throws, which counts as one failure.
// `notRun` says what is missing, as in "needs root"; it fails the run, because what
// was not run was not shown to work. Totals are added to the file that
// TRIBUTARY_TOTALS names, so that .ci/run can print one sum over several commands.

import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

const budgets = JSON.parse(readFileSync(join(root, 'tests/budget.json'), 'utf8'))

/** Runs [name, work] pairs in order; all of them, so that one run shows everything that is wrong. */
export async function runStages(stages) {
  const rows = []
  for (const [name, work] of stages) {
    process.stdout.write(`\n== ${name}\n`)
    const from = performance.now()
    let result
    try {
      result = (await work()) ?? { passed: 0, failed: 0 }
    } catch (error) {
      process.stdout.write(`${error.message}\n`)
      result = { passed: 0, failed: 1 }
    }
    const seconds = (performance.now() - from) / 1000
    const row = { name, seconds, ...result }
    rows.push(row)
    process.stdout.write(`${describe(row)}\n`)
  }
  report(rows)
  return rows.every(({ failed, notRun }) => failed === 0 && notRun === undefined)
}

function describe({ name, seconds, passed, failed, notRun }) {
  if (notRun !== undefined) return `-- ${name}: ${passed} passed, ${failed} failed; not run: ${notRun}`
  const budget = budgets[name]
  const over = budget !== undefined && seconds > budget ? `, OVER ITS BUDGET of ${budget} s` : ''
  return `-- ${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s${over}`
}

function report(rows) {
  const sum = (key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0)
  // What was not run counts as a failure in the sum, too.
  const notRun = rows.filter((row) => row.notRun !== undefined).length
  const totals = { passed: sum('passed'), failed: sum('failed') + notRun, seconds: sum('seconds') }
  process.stdout.write(`\n${rows.map(describe).join('\n')}\n`)
  if (process.env.TRIBUTARY_TOTALS) appendFileSync(process.env.TRIBUTARY_TOTALS, `${JSON.stringify(totals)}\n`)
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed (${(totals.seconds / 60).toFixed(1)} min)\n`)
}
