// A real drag of files onto the window: a second program offers them over XDND, and
// xdotool moves the pointer, as a person does with a file manager.

import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const sourceProgram = fileURLToPath(new URL('dragsource.py', import.meta.url))
/** Where the source stands: the top right corner, over the window. */
const source = { x: 1340, y: 20 }

const xdotool = (...args) => execFileSync('xdotool', args.map(String))
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Drags `paths` to a point of the screen. `hovering` runs while they are held there. */
export async function dragOnto(paths, { x, y }, hovering = async () => {}) {
  const child = spawn('/usr/bin/python3', [sourceProgram, String(source.x), String(source.y), ...paths], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  const says = (word) =>
    new Promise((resolve, reject) => {
      const look = () => text.includes(word) && resolve()
      child.stdout.on('data', look)
      child.once('exit', () => reject(new Error(`the drag source ended before it was ${word}`)))
      look()
    })
  child.stdout.on('data', (chunk) => (text += chunk))
  try {
    await says('ready')
    // GTK starts a drag when the pointer has moved with the button down, and a target
    // answers each move: events sent faster than it answers are dropped by the protocol.
    xdotool('mousemove', source.x + 40, source.y + 40)
    await pause(200)
    xdotool('mousedown', 1)
    const steps = 12
    for (let step = 1; step <= steps; step += 1) {
      const part = step / steps
      xdotool('mousemove', Math.round(source.x + 40 + (x - source.x - 40) * part), Math.round(source.y + 40 + (y - source.y - 40) * part))
      await pause(40)
    }
    await hovering()
    xdotool('mousemove', x + 2, y + 2)
    await pause(150)
    const dropped = says('dropped')
    xdotool('mouseup', 1)
    await dropped
  } finally {
    child.kill()
  }
}
