// The RPC listener with Python's ipfshttpclient, as it comes from PyPI: see journey.py.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { openNode } from '../support.mjs'

const python = process.env.TRIBUTARY_PYTHON
if (!python) throw new Error('TRIBUTARY_PYTHON must name a Python with ipfshttpclient; run `npm test -- "interop python"`')

let node
before(async () => {
  node = await openNode()
})
after(() => node.close())

test('the client goes through all it knows', async () => {
  const journey = fileURLToPath(new URL('journey.py', import.meta.url))
  const child = spawn(python, ['-W', 'ignore', journey, node.daemon.rpc, node.daemon.rpcToken], { stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (told += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.equal(code, 0, told)
  assert.match(told, /^done$/m)
})
