// Blocks both ways between our node and Helia, a node that others wrote. Without a pre-shared key,
// because Helia has none in TypeScript that speaks to BTFS.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openHelia, parseCid } from './helia.mjs'

const exchange = process.env.TRIBUTARY_EXCHANGE
assert.ok(exchange, 'TRIBUTARY_EXCHANGE is the program crates/net/examples/exchange.rs')

const MIB = 1 << 20
const place = mkdtempSync(join(tmpdir(), 'tributary-helia-'))
after(() => rmSync(place, { recursive: true, force: true }))

/** The same noise in every run. */
function noise(length, seed) {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  return cipher.update(Buffer.alloc(length))
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex')
const speed = (bytes, seconds) => `${(bytes / MIB / seconds).toFixed(1)} MiB/s`

/** Our program, until its first line of JSON; `close` ends its standard input and waits. */
async function ours(...args) {
  const child = spawn(exchange, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let out = ''
  const line = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${exchange} ended with ${code}`)))
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk
      if (out.includes('\n')) resolve(JSON.parse(out))
    })
  })
  return { ...line, async close() { child.stdin.end(); await ended } }
}

async function all(source) {
  const found = []
  for await (const one of source) found.push(one)
  return found
}

const gathered = async (source) => Buffer.concat(await all(source))

/** Names and contents of a tree, made once: small files, more than 1,024 of them, and a folder in it. */
const tree = new Map([
  ...Array.from({ length: 1500 }, (_, n) => [`file ${n}.txt`, Buffer.from(`This is number ${n}.\n`)]),
  ['inner/empty', Buffer.alloc(0)],
  ['inner/\u00fcber.bin', noise(600_000, 5)],
])

const files = [
  ['1 KiB', 1024],
  ['1 MiB', MIB],
  // 1,024 leaves and the nodes over them, on one connection.
  ['256 MiB', 256 * MIB],
]

let helia
before(async () => {
  helia = await openHelia()
})
after(() => helia.close())

for (const [name, length] of files) {
  test(`Helia fetches ${name} from us`, async (context) => {
    const bytes = noise(length, 1)
    const path = join(place, 'given')
    writeFileSync(path, bytes)
    const giver = await ours('serve', path)
    try {
      const taker = await openHelia()
      try {
        await taker.dial(giver.address)
        const from = performance.now()
        const got = await gathered(taker.files.cat(parseCid(giver.root)))
        context.diagnostic(speed(length, (performance.now() - from) / 1000))
        assert.equal(hash(got), hash(bytes))
      } finally {
        await taker.close()
      }
    } finally {
      await giver.close()
    }
  })

  test(`we fetch ${name} from Helia`, async (context) => {
    const bytes = noise(length, 2)
    const cid = await helia.files.addBytes(bytes)
    const to = join(place, 'taken')
    const taken = await ours('fetch', helia.address, cid.toString(), to)
    await taken.close()
    context.diagnostic(`${taken.blocks} blocks, ${speed(length, taken.seconds)}`)
    assert.equal(hash(readFileSync(to)), hash(bytes))
  })
}

test('Helia lists and fetches a folder of 1,502 files from us', async () => {
  const folder = join(place, 'folder')
  mkdirSync(join(folder, 'inner'), { recursive: true })
  for (const [name, bytes] of tree) writeFileSync(join(folder, name), bytes)
  const giver = await ours('serve', folder)
  const taker = await openHelia()
  try {
    await taker.dial(giver.address)
    const found = new Map()
    const root = parseCid(giver.root)
    for (const [at, cid] of [['', root], ['inner/', await entry(taker, root, 'inner')]]) {
      const entries = await all(taker.files.ls(cid))
      const read = async (one) => found.set(at + one.name, await gathered(taker.files.cat(one.cid)))
      await Promise.all(entries.filter((one) => at + one.name !== 'inner').map(read))
    }
    assert.deepEqual([...found.keys()].sort(), [...tree.keys()].sort())
    for (const [name, bytes] of tree) assert.ok(bytes.equals(found.get(name)), name)
  } finally {
    await taker.close()
    await giver.close()
  }
})

const entry = async (node, root, name) => (await all(node.files.ls(root))).find((one) => one.name === name).cid

test('we fetch a folder of 1,502 files from Helia', async () => {
  const source = [...tree].map(([path, content]) => ({ path: `top/${path}`, content }))
  let root
  for await (const added of helia.files.addAll(source)) if (added.path === 'top') root = added.cid
  const to = join(place, 'fetched')
  const taken = await ours('fetch', helia.address, root.toString(), to)
  await taken.close()
  assert.equal(readdirSync(to).length, 1501)
  for (const [name, bytes] of tree) assert.ok(bytes.equals(readFileSync(join(to, name))), name)
})
