// The RPC listener with the JavaScript client of kubo, as it comes from npm.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CID, create } from 'kubo-rpc-client'
import { all, bytesOf, openNode, pattern } from './support.mjs'

let node
let ipfs
const connect = () => create({ url: node.daemon.rpc, headers: { authorization: `Bearer ${node.daemon.rpcToken}` } })

before(async () => {
  node = await openNode()
  ipfs = connect()
})
after(() => node.close())

const text = (string) => new TextEncoder().encode(string)
const fails = (promise, pattern) => assert.rejects(promise, (error) => (assert.match(error.message, pattern), true))

test('the client sees who it talks to', async () => {
  const id = await ipfs.id()
  assert.match(id.id.toString(), /^16Uiu2HA/)
  assert.match(id.agentVersion, /^tributary\//)
  const version = await ipfs.version()
  assert.match(version.version, /^\d+\.\d+\.\d+$/)
  assert.ok((await ipfs.commands()).Subcommands.some(({ Name }) => Name === 'files'))
})

test('without the credential, or with another, nothing is answered', async () => {
  await fails(create({ url: node.daemon.rpc }).id(), /credential/)
  await fails(create({ url: node.daemon.rpc, headers: { authorization: 'Bearer wrong' } }).id(), /credential/)
  const basic = `Basic ${Buffer.from(`me:${node.daemon.rpcToken}`).toString('base64')}`
  assert.ok(await create({ url: node.daemon.rpc, headers: { authorization: basic } }).id())
})

test('the addresses of files are those of every node', async () => {
  const { cid, size } = await ipfs.add('hello world\n')
  assert.equal(cid.toString(), 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o')
  assert.equal(size, 20)
  const raw = await ipfs.add('hello world\n', { cidVersion: 1 })
  assert.equal(raw.cid.toString(), 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4')
  assert.equal((await bytesOf(ipfs.cat(cid))).toString(), 'hello world\n')
})

test('large files come back whole and in parts, however they were cut', async () => {
  const bytes = pattern(3_000_000)
  for (const options of [{}, { rawLeaves: true }, { chunker: 'size-100000' }, { chunker: 'rabin-65536-131072-262144' }, { chunker: 'buzhash' }, { trickle: true }]) {
    const { cid } = await ipfs.add(bytes, options)
    const again = await ipfs.add(bytes, { ...options, onlyHash: true })
    assert.equal(again.cid.toString(), cid.toString(), JSON.stringify(options))
    assert.deepEqual(await bytesOf(ipfs.cat(cid)), Buffer.from(bytes), JSON.stringify(options))
    assert.deepEqual(await bytesOf(ipfs.cat(cid, { offset: 262_140, length: 300_000 })), Buffer.from(bytes.slice(262_140, 562_140)))
  }
})

test('progress is told while a file goes up', async () => {
  const seen = []
  await ipfs.add(pattern(5_000_000, 7), { progress: (bytes) => seen.push(bytes) })
  assert.ok(seen.length > 3 && seen.every((bytes, at) => at === 0 || bytes > seen[at - 1]), `${seen}`)
})

const tree = [
  { path: 'shelf/notes/a.txt', content: text('a') },
  { path: 'shelf/notes/b c.txt', content: text('bc') },
  { path: 'shelf/\u00e4/deep/file', content: pattern(300_000, 3) },
  { path: 'shelf/empty' },
]

test('folders go up, are listed, and come back as an archive', async () => {
  const added = await all(ipfs.addAll(tree, { wrapWithDirectory: true }))
  const paths = added.map(({ path }) => path)
  for (const path of ['shelf/notes/a.txt', 'shelf/notes', 'shelf/empty', 'shelf', '']) assert.ok(paths.includes(path), `${path} in ${paths}`)
  const root = added.at(-1).cid
  assert.deepEqual(
    (await all(ipfs.ls(`${root}/shelf`))).map(({ name, type }) => [name, type]),
    [['empty', 'dir'], ['notes', 'dir'], ['\u00e4', 'dir']],
  )
  assert.equal((await bytesOf(ipfs.cat(`/ipfs/${root}/shelf/notes/b c.txt`))).toString(), 'bc')
  const archive = await bytesOf(ipfs.get(root))
  const folder = join(node.folder, 'untarred')
  mkdirSync(folder)
  writeFileSync(join(node.folder, 'a.tar'), archive)
  execFileSync('tar', ['-xf', join(node.folder, 'a.tar'), '-C', folder])
  assert.deepEqual(readFileSync(join(folder, root.toString(), 'shelf/\u00e4/deep/file')), Buffer.from(tree[2].content))
  const packed = await bytesOf(ipfs.get(`${root}/shelf/\u00e4/deep/file`, { archive: false, compress: true, compressionLevel: 3 }))
  assert.deepEqual(gunzipSync(packed), Buffer.from(tree[2].content))
  const refs = await all(ipfs.refs(root, { recursive: true, unique: true }))
  assert.ok(refs.length >= 8, `${refs.length} refs`)
  await fails(bytesOf(ipfs.cat(root)), /directory/)
  await fails(bytesOf(ipfs.cat(`${root}/shelf/nothing`)), /no link named "nothing"/)
})

test('a folder too large for one block is sharded and reads like any other', async () => {
  const name = (at) => `${String(at).padStart(4, '0')}-${'n'.repeat(80)}`
  const files = Array.from({ length: 3000 }, (_, at) => ({ path: `wide/${name(at)}`, content: text(`${at}`) }))
  const added = await all(ipfs.addAll(files, { pin: true }))
  const root = added.at(-1).cid
  assert.equal(added.length, 3001)
  const listed = await all(ipfs.ls(root))
  assert.deepEqual(listed.map((entry) => entry.name).sort(), files.map(({ path }) => path.slice(5)).sort())
  assert.equal((await bytesOf(ipfs.cat(`${root}/${name(1234)}`))).toString(), '1234')
  const { value } = await ipfs.dag.get(root)
  assert.ok(value.Links.length <= 256, 'the root is a shard')
  const response = await fetch(`${node.daemon.media}/ipfs/${root}/${name(77)}`)
  assert.equal(await response.text(), '77', 'the gateway reads shards')
  assert.equal((await bytesOf(ipfs.get(root))).length % 512, 0)
})

test('blocks are put, read, and removed unless something needs them', async () => {
  const cid = await ipfs.block.put(text('a block'))
  assert.equal(cid.code, 0x55)
  assert.equal((await ipfs.block.get(cid)).length, 7)
  assert.equal((await ipfs.block.stat(cid)).size, 7)
  const pinned = await ipfs.block.put(text('a pinned block'), { pin: true, format: 'raw' })
  const [gone, kept] = await all(ipfs.block.rm([cid, pinned]))
  assert.equal(gone.error, undefined)
  assert.match(kept.error.message, /pinned/)
  await fails(ipfs.block.get(cid), /not on this machine/)
  await fails(ipfs.block.get('nonsense'), /CID/)
})

test('values are put and read by paths that lead through links', async () => {
  const leaf = await ipfs.dag.put({ name: 'leaf', bytes: text('x') })
  assert.equal(leaf.code, 0x71)
  const root = await ipfs.dag.put({ list: [1, { leaf }], none: null }, { storeCodec: 'dag-json', pin: true })
  assert.equal(root.code, 0x0129)
  assert.deepEqual((await ipfs.dag.get(root)).value.list[0], 1)
  const found = await ipfs.dag.resolve(root, { path: 'list/1/leaf/name' })
  assert.equal(found.cid.toString(), leaf.toString())
  assert.equal(found.remainderPath, 'name')
  const file = await ipfs.add('a file')
  const pb = await ipfs.dag.get(file.cid)
  assert.equal(await ipfs.dag.put(pb.value, { storeCodec: 'dag-pb' }).then((cid) => cid.toV0().toString()), file.cid.toString())
  await all(ipfs.repo.gc())
  assert.equal((await ipfs.dag.get(leaf)).value.name, 'leaf', 'a pinned dag-json block keeps what it links to')
})

test('archives go out and come in', async () => {
  const other = [...tree, { path: 'shelf/only here', content: text('x') }]
  const added = await all(ipfs.addAll(other, { pin: false }))
  const root = added.find(({ path }) => path === 'shelf').cid
  const car = await bytesOf(ipfs.dag.export(root))
  await all(ipfs.repo.gc())
  await fails(bytesOf(ipfs.cat(`${root}/only here`)), /not on this machine/)
  const [{ root: imported }] = await all(ipfs.dag.import([car]))
  assert.equal(imported.cid.toString(), root.toString())
  assert.equal(imported.pinErrorMsg, '')
  assert.equal((await bytesOf(ipfs.cat(`${root}/notes/a.txt`))).toString(), 'a')
  await ipfs.pin.rm(root)
  await fails(all(ipfs.dag.import([car.subarray(0, car.length - 5)])), /CAR|archive/i)
})

test('pins are made, listed, moved and let go', async () => {
  const one = (await ipfs.add(pattern(600_000, 11), { pin: false })).cid
  const two = (await ipfs.add(pattern(600_000, 12), { pin: false })).cid
  const types = async (options) => (await all(ipfs.pin.ls(options))).map(({ cid, type }) => `${cid} ${type}`)
  await ipfs.pin.add(one, { name: 'mine' })
  assert.ok((await types({ type: 'recursive' })).includes(`${one} recursive`))
  assert.equal((await all(ipfs.pin.ls({ name: 'mine' })))[0].name, 'mine')
  const [first] = await all(ipfs.refs(one))
  const leaf = CID.parse(first.ref)
  assert.deepEqual(await types({ paths: leaf }), [`${leaf} indirect`])
  await ipfs.pin.update(one, two)
  const now = await types({ type: 'recursive' })
  assert.ok(now.includes(`${two} recursive`) && !now.some((pin) => pin.startsWith(`${one}`)))
  await fails(ipfs.pin.rm(one), /not pinned/)
  await ipfs.pin.rm(two)
  await ipfs.pin.add(two, { recursive: false })
  assert.deepEqual(await types({ paths: two }), [`${two} direct`])
  await fails(all(ipfs.pin.ls({ paths: one })), /is not pinned/)
  await ipfs.pin.rm(two)
  await fails(ipfs.pin.add('QmaozNR7DZHQK1ZcU9p7QdrshMvXqWK6gpu5rmrkPdT3L4'), /not on this machine/)
})

test('the tree of files is changed like a file system', async () => {
  const { files } = ipfs
  assert.equal((await files.stat('/')).type, 'directory')
  await files.mkdir('/docs/deep', { parents: true })
  await fails(files.mkdir('/docs'), /already exists/)
  await files.write('/docs/a.txt', text('hello world'), { create: true })
  await files.write('/docs/a.txt', text('HE'), { offset: 0 })
  await files.write('/docs/a.txt', text('!!'), { offset: 13 })
  assert.equal((await bytesOf(files.read('/docs/a.txt'))).toString(), 'HEllo world\0\0!!')
  assert.equal((await bytesOf(files.read('/docs/a.txt', { offset: 2, length: 3 }))).toString(), 'llo')
  await files.write('/docs/a.txt', text('short'), { truncate: true })
  assert.equal((await files.stat('/docs/a.txt')).size, 5)
  await fails(files.write('/no/such', text('x'), { create: true }), /does not exist/)
  await fails(files.write('/docs/new', text('x')), /does not exist/)
  const added = await ipfs.add('from content', { pin: false })
  await files.cp(`/ipfs/${added.cid}`, '/docs/copied')
  await files.cp('/docs/copied', '/docs/deep')
  await files.mv('/docs/a.txt', '/docs/deep/b.txt')
  assert.deepEqual((await all(files.ls('/docs/deep'))).map(({ name, type, size }) => [name, type, size]), [['b.txt', 'file', 5], ['copied', 'file', 12]])
  await fails(files.mv('/docs', '/docs/deep'), /cannot be moved/)
  await fails(files.rm('/docs'), /directory/)
  await fails(bytesOf(files.read('/docs/a.txt')), /does not exist/)
  await fails(files.stat('relative'), /path/)
  await fails(files.stat('/docs/../docs'), /path/)
  await all(ipfs.repo.gc())
  assert.equal((await bytesOf(files.read('/docs/copied'))).toString(), 'from content', 'the tree keeps its blocks')
  const before = (await files.flush('/')).toString()
  await node.crash()
  ipfs = connect()
  assert.equal((await ipfs.files.flush('/')).toString(), before, 'the tree outlives a kill')
  await ipfs.files.rm('/docs', { recursive: true })
  assert.deepEqual(await all(ipfs.files.ls('/')), [])
})

test('the store says what it holds', async () => {
  const stat = await ipfs.repo.stat()
  assert.ok(stat.numObjects > 10n && stat.repoSize > 100_000n && stat.storageMax > stat.repoSize)
  assert.ok((await all(ipfs.refs.local())).length > 10)
  assert.equal((await ipfs.stats.repo()).numObjects, stat.numObjects)
  const shown = JSON.stringify(await ipfs.config.getAll())
  assert.match(shown, /PeerID/)
  assert.ok(!/PrivKey/.test(shown) && !shown.includes(node.daemon.rpcToken) && !shown.includes(node.daemon.token), 'no secret is shown')
})

test('what needs the network says that it is not running', async () => {
  const cid = CID.parse('QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o')
  const questions = [
    () => ipfs.swarm.peers(),
    () => ipfs.swarm.connect('/ip4/127.0.0.1/tcp/1'),
    () => ipfs.bitswap.stat(),
    () => ipfs.bitswap.wantlist(),
    () => all(ipfs.stats.bw()),
    () => ipfs.bootstrap.list(),
    () => all(ipfs.routing.findProvs(cid)),
    () => all(ipfs.routing.provide(cid)),
    () => all(ipfs.name.resolve('/ipns/example.org')),
    () => ipfs.name.publish(cid),
    () => bytesOf(ipfs.cat('/ipns/example.org/a')),
  ]
  for (const ask of questions) {
    await fails(ask(), /the network is not running/)
  }
  assert.deepEqual((await ipfs.key.list()).map(({ name }) => name), ['self'])
})
