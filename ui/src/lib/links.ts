// Links to shares as text. What opens a share stands behind the `#` of its link, so a link is
// always taken and passed on whole; what it means is the daemon's matter.

const inText = /(?:tributary|btfs|ipfs):\/\/\S+/i;
const publicLink = /^\s*(?:(?:btfs|ipfs):\/\/|\/(?:btfs|ipfs)\/)/i;

/** Whether a link names something by what it is, for anybody to fetch, and not somebody's share. */
export function isPublicLink(text: string): boolean {
  return publicLink.test(text);
}

/** The link in a text that was pasted, which may have words or brackets around it. */
export function linkIn(text: string): string | null {
  const found = inText.exec(text)?.[0];
  return found === undefined ? null : found.replace(/[>)\]"'.,;]+$/, '');
}

/**
 * The link that an address of this page asks to open. Somebody may have put it there without
 * encoding it; its secret is then the fragment of the page.
 */
export function linkOfAddress(query: URLSearchParams, hash: string): string {
  const link = query.get('link') ?? '';
  return link === '' || link.includes('#') ? link : `${link}${hash}`;
}

/** "16Uiu2…TfjFf": enough of an id to tell it from others. */
export function shortPeer(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 6)}…${id.slice(-5)}`;
}
