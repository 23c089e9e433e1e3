import { describe, expect, it } from 'vitest';
import type { Network, Reachability } from './api';
import { bestReach, carries, carriesLinks, networkName, peerCount } from './network';

const network = (name: string, reachability: Reachability, ...ids: string[]): Network => ({
  name,
  reachability,
  peerId: 'me',
  listening: [],
  peers: ids.map((peerId) => ({
    peerId,
    agent: null,
    addresses: [],
    relayed: false,
    cannotConnectDirectly: false,
  })),
  received: 0,
  sent: 0,
});

describe('the networks of a node', () => {
  const both = [network('direct', 'localOnly', 'a', 'b'), network('btfs', 'relayed', 'b', 'c')];

  it('stand as well as the best of them', () => {
    expect(bestReach(both)).toBe('relayed');
    expect(bestReach([])).toBe('offline');
  });

  it('count a device once', () => {
    expect(peerCount(both)).toBe(3);
  });

  it('carry links over the direct one only', () => {
    expect(carriesLinks(both)).toBe(true);
    expect(carriesLinks(both.slice(1))).toBe(false);
    expect(carriesLinks(undefined)).toBe(false);
  });

  it('carry what is public where strangers meet', () => {
    expect(carries(both, 'public')).toBe(true);
    expect(carries(both.slice(0, 1), 'public')).toBe(false);
    expect(carries([network('private', 'localOnly')], 'public')).toBe(true);
    expect(carries(undefined, 'public')).toBe(true);
  });

  it('have names, and keep one that is not known', () => {
    expect(networkName('btfs')).toBe('BTFS network');
    expect(networkName('mesh')).toBe('mesh');
  });
});
