// Import by reference and by copy, many small files, and the memory all of it takes.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDaemon } from '../lib/daemon.mjs'
import { peakMib, residentMib, resetPeak, timed } from '../lib/process.mjs'
import { judge, median, round } from './report.mjs'

const GIB = 2 ** 30
const SMALL_FILES = 10_000
const SMALL_BYTES = 16 * 1024

const peaks = {} // MiB above idle, by work, gathered while the other rows run.

async function importFresh(context, paths, mode, label) {
  const daemon = await openDaemon(context.tributary, context.work)
  try {
    const idle = residentMib(daemon.pid)
    resetPeak(daemon.pid)
    const measured = await daemon.import(paths, mode)
    peaks[label] = Math.max(peaks[label] ?? 0, peakMib(daemon.pid) - idle)
    return { ...measured, listed: (await daemon.call('GET', '/items?limit=1')).total }
  } finally {
    await daemon.close()
  }
}

const sha256 = (file) => timed('openssl', ['dgst', '-sha256', file])
const seconds = (runs, key) => `${round(median(runs.map((r) => r[key])), 2)} s`
const both = (runs) => `${seconds(runs, 'wall')} (CPU ${seconds(runs, 'cpu')})`

async function byReference(context) {
  const file = context.randomFile('film-4g.bin', 4 * GIB)
  const ours = []
  const peer = []
  for (let pair = 0; pair < context.pairs; pair++) {
    peer.push(await sha256(file))
    ours.push(await importFresh(context, [file], 'reference', 'reference 4 GiB'))
  }
  // Hashing is bound by the CPU, so a second core must not flatter us: the worse of wall and CPU counts.
  const ratios = ours.map((run, i) => Math.min(peer[i].wall / run.wall, peer[i].cpu / run.cpu))
  return { ours: both(ours), peer: both(peer), engine: 'openssl dgst -sha256, page cache warm', ...judge(ratios, 0.8, 'higher') }
}

async function byCopy(context) {
  const file = context.randomFile('film-4g.bin', 4 * GIB)
  const ours = []
  const peer = []
  for (let pair = 0; pair < context.pairs; pair++) {
    const copy = join(context.work, 'copy.bin')
    const copied = await timed('bash', ['-c', 'cp "$1" "$2" && sync "$2"', 'bash', file, copy])
    rmSync(copy)
    const hashed = await sha256(file)
    peer.push(copied.wall > hashed.wall ? copied : hashed)
    ours.push(await importFresh(context, [file], 'copy', 'copy 4 GiB'))
  }
  const ratios = ours.map((run, i) => peer[i].wall / run.wall)
  return { ours: both(ours), peer: both(peer), engine: 'the slower of openssl sha256 and cp + sync', ...judge(ratios, 0.6, 'higher') }
}

function smallFiles(context) {
  const folder = join(context.work, 'small')
  mkdirSync(folder, { recursive: true })
  const bytes = readFileSync(context.randomFile('small.bin', SMALL_FILES * SMALL_BYTES, 2))
  for (let i = 0; i < SMALL_FILES; i++) {
    const sub = join(folder, String(i % 100).padStart(2, '0'))
    if (i < 100) mkdirSync(sub, { recursive: true })
    writeFileSync(join(sub, `note-${i}.bin`), bytes.subarray(i * SMALL_BYTES, (i + 1) * SMALL_BYTES))
  }
  execFileSync('sync')
  return folder
}

async function manySmall(context) {
  const folder = smallFiles(context)
  const runs = []
  for (let run = 0; run < context.pairs; run++) {
    const measured = await importFresh(context, [folder], 'copy', '10,000 small files')
    if (measured.listed !== SMALL_FILES) throw new Error(`${measured.listed} of ${SMALL_FILES} files are listed`)
    runs.push(SMALL_FILES / measured.wall)
  }
  return { ours: `${Math.round(median(runs))} files/s`, peer: '-', engine: 'durable and listed through the app API', ...judge(runs, 3000, 'higher') }
}

async function peakMemory() {
  const entries = Object.entries(peaks)
  if (entries.length === 0) return { ok: null, why: 'no import row ran, so there was nothing to watch' }
  const worst = Math.max(...entries.map(([, mib]) => mib))
  const ours = `${round(worst, 0)} MiB above idle`
  return { ours, peer: '-', ratio: null, n: entries.length, engine: entries.map(([work, mib]) => `${work}: ${round(mib, 0)} MiB`).join('; '), ok: worst <= 200 * (1e6 / 2 ** 20) }
}

export const imports = [
  { work: 'import by reference, one 4 GiB file', kind: 'ratio', bar: '>= 0.8', run: byReference },
  { work: 'import by copy, 4 GiB', kind: 'ratio', bar: '>= 0.6', run: byCopy },
  { work: '10,000 small files (16 KiB), by copy', kind: 'absolute', bar: '>= 3000', run: manySmall },
  { work: 'peak memory of the node in these', kind: 'memory', bar: '<= 200 MB', run: peakMemory },
]
