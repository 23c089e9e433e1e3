// The memory of GC's mark phase over a synthetic index.

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { timed } from '../lib/process.mjs'
import { round } from './report.mjs'

const ENTRIES = 40_000_000
const BAR_BYTES = 200e6

async function mark(context) {
  const folder = mkdtempSync(join(context.work, 'gc-'))
  try {
    const { stdout } = await timed(context.example('gc_mark'), [String(ENTRIES), folder])
    const result = JSON.parse(stdout.trim().split('\n').at(-1))
    return {
      ours: `${round(result.peak_rss_bytes / 1e6, 0)} MB peak`,
      peer: '-',
      n: 1,
      engine: `${result.blocks} blocks, marked in ${round(result.seconds, 0)} s; resident memory of the whole process`,
      ok: result.blocks === ENTRIES && result.marked > 0 && result.peak_rss_bytes <= BAR_BYTES,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const gcMark = [{ work: 'GC mark over 40 million entries', kind: 'memory', bar: '<= 200 MB', run: mark }]
