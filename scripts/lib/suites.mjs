// Runs other people's test runners, shows what they print, and counts.

import { spawn } from 'node:child_process'
import { root } from './paths.mjs'
import { cargoEnv } from './cargo.mjs'

/** Runs a command, shows its output, and returns it with the exit code. */
export function shown(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...cargoEnv(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    const keep = (stream) => (chunk) => {
      text += chunk
      stream.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', keep(process.stdout))
    child.stderr.setEncoding('utf8').on('data', keep(process.stderr))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
}

/** A check that passes or not: one thing. */
export async function check(program, args, env) {
  const { code } = await shown(program, args, env)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
}

/**
 * `cargo test`: one "test result:" line for each binary. A test that cannot be run here passes, after
 * a line "not run: its name: the reason".
 */
export async function cargoTest(args, env) {
  const { code, text } = await shown('cargo', ['test', ...args], env)
  const notRun = [...text.matchAll(/^not run: (.+)$/gm)].map(([, what]) => what)
  let passed = 0
  let failed = 0
  for (const [, ok, bad] of text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)) {
    passed += Number(ok)
    failed += Number(bad)
  }
  // A build error or a crashed test binary has no result line of its own.
  const counts = { passed: passed - notRun.length, failed: code !== 0 && failed === 0 ? 1 : failed }
  return notRun.length > 0 ? { ...counts, notRun: notRun.join('; ') } : counts
}

/** Node's own runner over `files`, one after the other: they share a display and ports. */
export async function nodeTest(files, { env, wrap = [], timeout = 300_000 } = {}) {
  const args = ['--test', '--test-reporter=spec', '--test-concurrency=1', `--test-timeout=${timeout}`, ...files]
  const [program, ...rest] = [...wrap, process.execPath, ...args]
  const { code, text } = await shown(program, rest, env)
  return counted(code, text, /^ℹ pass (\d+)/m, /^ℹ (?:fail|cancelled) (\d+)/gm)
}

/** Vitest: its summary line. */
export async function vitest(args) {
  const { code, text } = await shown(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { NO_COLOR: '1' })
  return counted(code, text, /^\s+Tests\s.*?(\d+) passed/m, /^\s+Tests\s.*?(\d+) failed/gm)
}

function counted(code, text, passedIn, failedIn) {
  const passed = Number(text.match(passedIn)?.[1] ?? 0)
  let failed = 0
  for (const [, count] of text.matchAll(failedIn)) failed += Number(count)
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}
