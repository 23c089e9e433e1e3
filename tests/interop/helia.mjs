// A Helia node on the loopback interface: TCP, Noise and Yamux, block exchange, and nothing that
// talks to anybody unasked.

import './polyfill.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { unixfs } from '@helia/unixfs'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createHeliaLight } from 'helia'
import { CID } from 'multiformats/cid'

/** Starts a node. `address` is where it listens; `files` adds and reads files. */
export async function openHelia() {
  const settings = {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
    // It closes connections whose pings take seconds, as they may on a busy machine.
    connectionMonitor: { enabled: false },
  }
  const patient = { messageReceiveTimeout: 120_000, messageSendTimeout: 120_000 }
  const node = await withBitswap(withLibp2pLight(createHeliaLight(), settings), patient).start()
  return {
    node,
    files: unixfs(node),
    address: node.libp2p.getMultiaddrs()[0].toString(),
    dial: (address) => node.libp2p.dial(multiaddr(address)),
    close: () => node.stop(),
  }
}

export const parseCid = (text) => CID.parse(text)
