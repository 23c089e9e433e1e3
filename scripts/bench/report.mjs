// How a measured row is judged and printed.

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Judges interleaved pairs. `ratios` holds one number a pair; `better` says which side of `bar` is good.
 * The spread is the largest distance of a pair from the median: where it exceeds the distance of the median
 * to the bar, some pair may lie on the other side, so the row is undecided (`ok: null`).
 */
export function judge(ratios, bar, better) {
  const ratio = median(ratios)
  const spread = Math.max(...ratios.map((r) => Math.abs(r - ratio)))
  const met = better === 'higher' ? ratio >= bar : ratio <= bar
  const decided = spread <= Math.abs(ratio - bar)
  return {
    ratio: round(ratio),
    spread: round(spread),
    n: ratios.length,
    ok: decided ? met : null,
    ...(decided ? {} : { why: `the pairs spread by ${round(spread)}, further than the bar is away; the median ${met ? 'meets' : 'misses'} it` }),
  }
}

export const round = (x, digits = 3) => (x == null ? null : Number(x.toFixed(digits)))

const columns = [
  ['work', 46],
  ['ours', 24],
  ['peer', 24],
  ['ratio', 9],
  ['bar', 12],
  ['spread', 8],
  ['n', 3],
  ['ok', 5],
]

export function printHeader() {
  process.stdout.write(columns.map(([name, width]) => name.padEnd(width)).join(' ') + '\n')
}

export function printRow(row, json) {
  if (json) {
    process.stdout.write(JSON.stringify(row) + '\n')
    return
  }
  const cells = { ...row, ok: row.ok === null ? 'null' : row.ok ? 'yes' : 'NO' }
  process.stdout.write(columns.map(([name, width]) => String(cells[name] ?? '-').padEnd(width)).join(' ') + '\n')
  for (const note of [row.engine && `  with ${row.engine}`, row.why && `  ${row.why}`]) if (note) process.stdout.write(`${note}\n`)
}
