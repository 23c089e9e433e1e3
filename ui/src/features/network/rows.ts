// The connected devices of all networks, each once, as the table shows them.
import type { Network } from '$/lib/api';
import { isLocal } from '$/lib/multiaddr';

export interface PeerRow {
  peerId: string;
  agent: string | null;
  /** The first one; those of the home network before others. */
  address: string | null;
  local: boolean;
  relayed: boolean;
  /** And connecting directly was tried in vain. */
  onlyRelayed: boolean;
  networks: string[];
}

export function rowsOf(networks: readonly Network[]): PeerRow[] {
  const rows = new Map<string, PeerRow>();
  for (const { name, peers } of networks) {
    for (const { peerId, agent, addresses, relayed, cannotConnectDirectly } of peers) {
      const near = addresses.find(isLocal);
      const known = rows.get(peerId);
      rows.set(peerId, {
        peerId,
        agent: known?.agent ?? agent,
        address: known?.address ?? near ?? addresses[0] ?? null,
        local: (known?.local ?? false) || near !== undefined,
        relayed: (known?.relayed ?? true) && relayed,
        onlyRelayed: (known?.onlyRelayed ?? true) && relayed && cannotConnectDirectly,
        networks: [...(known?.networks ?? []), name],
      });
    }
  }
  const order = (row: PeerRow): number => (row.local ? 0 : row.relayed ? 2 : 1);
  return [...rows.values()].sort((a, b) => order(a) - order(b) || a.peerId.localeCompare(b.peerId));
}
