// Checks on the files of the repository themselves: nothing of the machine they were
// written on, no leftovers, and no file past its size.

import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { root } from './lib/paths.mjs'

const softLines = 500
const hardLines = 900
const source = new Set(['.rs', '.ts', '.mjs', '.js', '.svelte', '.css', '.py', '.sh'])
/** Generated, or one uniform table after another: size is no sign of disorder there. */
const anyLength = [/^ui\/src\/bindings\//, /^package-lock\.json$/, /^Cargo\.lock$/, /^assets\//, /^tests\/vectors\//]

const machine = [
  [/\/(root|home\/(?!user\b|you\b|me\b|u\b|someone\b)[a-z][\w-]*)\//, 'a path of one machine'],
  [/\/work\/(main|shared)\b/, 'a path of one machine'],
  [/\/tmp\/(t|team|d|shots)\//, 'a path of one machine'],
]
const leftovers = [
  [/\b(TODO|FIXME|XXX|HACK)\b/, 'a note instead of work'],
  [/\bdbg!\(/, 'a debug print'],
  [/^(<<<<<<<|>>>>>>>) /m, 'a merge conflict'],
]

const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
const errors = []
const long = []
for (const file of files) {
  const path = join(root, file)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile() || stat.size > 4 << 20) continue
  const bytes = readFileSync(path)
  if (bytes.subarray(0, 8192).includes(0)) continue
  const text = bytes.toString('utf8')
  const isSource = source.has(extname(file))
  const self = file === 'scripts/files.mjs'
  for (const [pattern, what] of [...machine, ...(isSource ? leftovers : [])]) {
    const at = self ? -1 : text.search(pattern)
    if (at >= 0) errors.push(`${file}:${text.slice(0, at).split('\n').length}: ${what}: ${text.slice(at, at + 40).split('\n')[0]}`)
  }
  if (!isSource || anyLength.some((pattern) => pattern.test(file))) continue
  const lines = text.split('\n').length - 1
  if (lines > hardLines) errors.push(`${file}: ${lines} lines; ${hardLines} is the end, split it`)
  else if (lines > softLines) long.push(`${file}: ${lines} lines`)
}
if (long.length > 0) process.stdout.write(`Longer than ${softLines} lines (a wish, not a rule):\n  ${long.join('\n  ')}\n`)
process.stdout.write(errors.length > 0 ? `${errors.join('\n')}\n` : `${files.length} files are clean\n`)
process.exitCode = errors.length > 0 ? 1 : 0
