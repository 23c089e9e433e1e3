import { expect, it } from 'vitest';
import type { Network, NetworkPeer } from '$/lib/api';
import { rowsOf } from './rows';

const network = (name: string, ...peers: NetworkPeer[]): Network => ({
  name,
  peerId: 'me',
  listening: [],
  reachability: 'direct',
  peers,
  received: 0,
  sent: 0,
});

const far: NetworkPeer = {
  peerId: 'far',
  agent: 'go-btfs/4.1',
  addresses: ['/ip4/203.0.113.7/tcp/4001'],
  relayed: false,
  cannotConnectDirectly: false,
};
const near: NetworkPeer = {
  peerId: 'near',
  agent: null,
  addresses: ['/ip4/203.0.113.9/tcp/1', '/ip4/192.168.1.4/tcp/2'],
  relayed: false,
  cannotConnectDirectly: false,
};

it('lists a device once, the nearest first, by its address in the home network', () => {
  const rows = rowsOf([network('direct', { ...far, relayed: true }, near), network('btfs', far)]);
  expect(rows.map(({ peerId }) => peerId)).toEqual(['near', 'far']);
  expect(rows[0]).toMatchObject({ address: '/ip4/192.168.1.4/tcp/2', local: true });
  expect(rows[1]).toMatchObject({ networks: ['direct', 'btfs'], relayed: false, local: false });
});
