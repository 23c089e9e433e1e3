import { describe, expect, it } from 'vitest';
import { isPublicLink, linkIn, linkOfAddress, shortPeer } from './links';

const link =
  'tributary://share/1/direct/16Uiu2HAm/GTFj?a=/ip4/10.0.0.2/tcp/4001&a=/ip6/::1/tcp/1#HdwH_g-7';

describe('linkIn', () => {
  const cases: Array<[string, string | null]> = [
    [link, link],
    [`  ${link}\n`, link],
    [`Look: <${link}>.`, link],
    [`(${link})`, link],
    [link.replace('tributary', 'Tributary'), link.replace('tributary', 'Tributary')],
    ['It is at btfs://QmRoot, they say.', 'btfs://QmRoot'],
    ['ipfs://bafyroot/a/film.mp4', 'ipfs://bafyroot/a/film.mp4'],
    ['https://example.org/#x', null],
    ['', null],
  ];
  it.each(cases)('of %j is %j', (text, expected) => {
    expect(linkIn(text)).toBe(expected);
  });
});

describe('isPublicLink', () => {
  it('knows what names content from what names a share', () => {
    expect(isPublicLink(' btfs://QmRoot')).toBe(true);
    expect(isPublicLink('IPFS://bafyroot')).toBe(true);
    expect(isPublicLink('/btfs/QmRoot')).toBe(true);
    expect(isPublicLink(link)).toBe(false);
  });
});

describe('linkOfAddress', () => {
  it('keeps the secret of an encoded link', () => {
    const address = new URL(`http://x/open?link=${encodeURIComponent(link)}`);
    expect(linkOfAddress(address.searchParams, address.hash)).toBe(link);
  });

  it('puts the secret back that became the fragment of the page', () => {
    const plain = link.replace(/&a=[^#]*/, '');
    const address = new URL(`http://x/open?link=${plain}`);
    expect(linkOfAddress(address.searchParams, address.hash)).toBe(plain);
  });

  it('is empty where nothing was asked for', () => {
    expect(linkOfAddress(new URLSearchParams(), '#top')).toBe('');
  });
});

describe('shortPeer', () => {
  it('shows both ends of a long id', () => {
    expect(shortPeer('16Uiu2HAmSJH2tLT5fmxcYp9T6c66jbVwtJr9Xj85nus1qS1TfjFf')).toBe('16Uiu2…TfjFf');
    expect(shortPeer('short')).toBe('short');
  });
});
