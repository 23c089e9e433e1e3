// One end of a copy with Helia: `serve PATH` until its standard input ends, or `fetch ADDRESS CID`.
// Prints one line of JSON.

import { createReadStream } from 'node:fs'
import { openHelia, parseCid } from '../../tests/interop/helia.mjs'

const [what, ...args] = process.argv.slice(2)
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
const helia = await openHelia()
if (what === 'serve') {
  const root = await helia.files.addByteStream(createReadStream(args[0]))
  say({ address: helia.address, root: root.toString() })
  process.stdin.resume()
  await new Promise((resolve) => process.stdin.once('end', resolve))
} else {
  const [address, cid] = args
  await helia.dial(address)
  const from = performance.now()
  let bytes = 0
  for await (const part of helia.files.cat(parseCid(cid))) bytes += part.length
  say({ bytes, seconds: (performance.now() - from) / 1000 })
}
await helia.close()
