import { describe, expect, it } from 'vitest';
import { badAddress, isLocal, shortAddress } from './multiaddr';

describe('shortAddress', () => {
  const cases: Array<[string, string]> = [
    ['/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAm', '203.0.113.7:4001'],
    ['/ip4/203.0.113.7/udp/4001/quic-v1', '203.0.113.7:4001'],
    ['/ip6/2001:db8::1/tcp/4001', '[2001:db8::1]:4001'],
    ['/dns4/node.example.org/tcp/443/wss', 'node.example.org:443'],
    ['/p2p/16Uiu2HAm/p2p-circuit', '/p2p/16Uiu2HAm/p2p-circuit'],
    ['', ''],
  ];
  it.each(cases)('of %j is %j', (address, expected) => {
    expect(shortAddress(address)).toBe(expected);
  });
});

describe('isLocal', () => {
  const local = [
    '/ip4/127.0.0.1/tcp/1',
    '/ip4/10.1.2.3/tcp/1',
    '/ip4/192.168.1.9/udp/1/quic-v1',
    '/ip4/172.16.0.1/tcp/1',
    '/ip4/172.31.255.1/tcp/1',
    '/ip6/::1/tcp/1',
    '/ip6/fe80::1/tcp/1',
    '/ip6/fd00::1/tcp/1',
    '/dns4/box.local/tcp/1',
  ];
  it.each(local)('%s is', (address) => expect(isLocal(address)).toBe(true));

  const far = [
    '/ip4/172.32.0.1/tcp/1',
    '/ip4/203.0.113.7/tcp/1',
    '/ip6/2001:db8::1/tcp/1',
    '/dns4/local.example.org/tcp/1',
    '/p2p/16Uiu2HAm',
  ];
  it.each(far)('%s is not', (address) => expect(isLocal(address)).toBe(false));
});

describe('badAddress', () => {
  const good = '/dnsaddr/example.org/p2p/16Uiu2HAm';
  it('finds the first line that is none of a peer', () => {
    expect(badAddress([good, '/ip4/192.0.2.7/tcp/4001/p2p/QmPeer'])).toBeNull();
    expect(badAddress([good, '/ip4/192.0.2.7/tcp/4001'])).toBe(2);
    expect(badAddress(['example.org'])).toBe(1);
  });
});
