// Running and watching processes: wall time, CPU-seconds and peak memory, read from the kernel.

import { execFile, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const TICKS_PER_SECOND = 100 // USER_HZ, fixed by the Linux ABI.

/** Runs a command to its end. Seconds of wall clock and of CPU (its children's too). */
export async function timed(command, args, options = {}) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"'
  const { stderr, stdout } = await exec('bash', ['-c', script, 'bash', command, ...args], { maxBuffer: 1 << 26, ...options })
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return { wall, cpu: user + system, stdout }
}

/** CPU-seconds a process has used so far, with those of its finished children. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
}

const statusKib = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

/** Resident memory now, in MiB. */
export const residentMib = (pid) => statusKib(pid, 'VmRSS') / 1024

/** Highest resident memory since the last `resetPeak`, in MiB. */
export const peakMib = (pid) => statusKib(pid, 'VmHWM') / 1024
export const resetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** Starts a process and resolves once `ready` has seen its standard output. */
export function start(command, args, ready, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let out = ''
  let err = ''
  child.stderr.on('data', (chunk) => (err = (err + chunk).slice(-4000)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code} before it was ready: ${err.trim()}`)))
    child.stdout.on('data', (chunk) => {
      out += chunk
      const value = ready(out)
      if (value) resolve({ child, value })
    })
  })
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
