// What the JavaScript client of kubo asks of the network: two nodes of one private network, each
// with its RPC listener.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { create } from 'kubo-rpc-client'
import { all, openNode } from './support.mjs'

let nodes
let one
let two
let address

const client = ({ daemon }) => create({ url: daemon.rpc, headers: { authorization: `Bearer ${daemon.rpcToken}` } })

/** Asks until the answer will do: the other side learns of a connection a moment later. */
async function until(ask, enough) {
  for (;;) {
    const answer = await ask()
    if (enough(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

before(async () => {
  nodes = await Promise.all([openNode({ networked: true }), openNode({ networked: true })])
  ;[one, two] = nodes.map(client)
  const { addresses } = await until(() => one.id(), ({ addresses }) => addresses.some((each) => each.toString().includes('/tcp/')))
  address = addresses.find((each) => each.toString().includes('/tcp/')).toString()
})
after(() => Promise.all(nodes.map((node) => node.close())))

test('nodes connect, see each other and part', async () => {
  const { id } = await one.id()
  const direct = (await nodes[0].daemon.call('GET', '/networks')).find(({ name }) => name === 'private')
  await two.swarm.connect(multiaddr(`${direct.listening[0]}/p2p/${id}`))
  const peers = await two.swarm.peers()
  assert.ok(peers.some(({ peer }) => peer.toString() === id.toString()), JSON.stringify(peers))
  const { id: other } = await two.id()
  await until(() => one.swarm.peers(), (peers) => peers.some(({ peer }) => peer.toString() === other.toString()))
  assert.ok((await two.swarm.addrs()).some((known) => known.id.toString() === id.toString()))
  assert.ok((await one.swarm.localAddrs()).length > 0)
  assert.ok(address.includes('/ip4/127.0.0.1/'), 'loopback only')
})

test('what one provides the other finds, and names lead where they point', async () => {
  const { cid } = await one.add('to be found')
  await all(one.routing.provide(cid))
  const { id } = await one.id()
  const events = await all(two.routing.findProvs(cid))
  const providers = events.filter(({ name }) => name === 'PROVIDER').flatMap((event) => event.providers)
  assert.ok(providers.some((provider) => provider.id.toString() === id.toString()), JSON.stringify(events))
  const published = await one.name.publish(cid)
  assert.equal(published.value, `/btfs/${cid}`)
  const [path] = await all(two.name.resolve(`/ipns/${id}`))
  assert.equal(path, `/btfs/${cid}`)
})

test('bytes and blocks are counted', async () => {
  const [bw] = await all(two.stats.bw())
  assert.ok(bw.totalIn > 0n && bw.totalOut > 0n, JSON.stringify(bw, (_, value) => String(value)))
  const stat = await two.bitswap.stat()
  assert.equal(stat.wantlist.length, 0)
  assert.ok(stat.peers.length > 0)
  assert.deepEqual(await two.bitswap.wantlist(), [])
  assert.deepEqual((await two.bootstrap.list()).Peers, [])
  const { id } = await one.id()
  await two.swarm.disconnect(multiaddr(`/p2p/${id}`))
  await until(() => two.swarm.peers(), (peers) => peers.length === 0)
})

test('nonsense is refused with a text', async () => {
  await assert.rejects(two.swarm.connect('/ip4/127.0.0.1/tcp/1'), /peer id/)
  await assert.rejects(all(two.name.resolve('/ipns/example.org')), /domain/)
})
