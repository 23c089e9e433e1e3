// Addresses of peers as people can read them. A multiaddress is a path: /ip4/1.2.3.4/tcp/4001/p2p/ID.

interface Parts {
  host: string;
  port: string | null;
}

function partsOf(address: string): Parts | null {
  const [kind, host, transport, port] = address.split('/').slice(1);
  if (host === undefined || host === '') return null;
  const numbered = transport === 'tcp' || transport === 'udp';
  switch (kind) {
    case 'ip4':
    case 'dns':
    case 'dns4':
    case 'dns6':
    case 'dnsaddr':
      return { host, port: numbered ? (port ?? null) : null };
    case 'ip6':
      return { host: `[${host}]`, port: numbered ? (port ?? null) : null };
    default:
      return null;
  }
}

/** The first line, from 1, that does not look like the address of a peer; null when all do. */
export function badAddress(lines: readonly string[]): number | null {
  const at = lines.findIndex(
    (line) => partsOf(line) === null || !/\/p2p\/[A-Za-z0-9]+$/.test(line),
  );
  return at < 0 ? null : at + 1;
}

/** "203.0.113.7:4001"; the address itself where it is of another kind. */
export function shortAddress(address: string): string {
  const parts = partsOf(address);
  if (parts === null) return address;
  return parts.port === null ? parts.host : `${parts.host}:${parts.port}`;
}

/** Whether it lies in the home network (or on this computer), not on the internet. */
export function isLocal(address: string): boolean {
  const host = partsOf(address)?.host;
  if (host === undefined) return false;
  if (host.startsWith('[')) {
    const plain = host.slice(1, -1).toLowerCase();
    return plain === '::1' || /^f[cd]/.test(plain) || /^fe[89ab]/.test(plain);
  }
  if (host === 'localhost' || host.endsWith('.local')) return true;
  const numbers = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(host);
  if (numbers === null) return false;
  const [first, second] = [Number(numbers[1]), Number(numbers[2])];
  return (
    first === 10 ||
    first === 127 ||
    (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 169 && second === 254)
  );
}
