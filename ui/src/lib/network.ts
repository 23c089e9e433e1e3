// What the networks of this node mean for a person, and how they are turned on.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import {
  api,
  keys,
  type Network,
  type NetworkSetting,
  type Reachability,
  type Visibility,
} from './api';

/** Whether links can be opened here and by others: those go over `direct`. */
export function carriesLinks(networks: readonly Network[] | undefined): boolean {
  return networks?.some(({ name }) => name === 'direct') ?? false;
}

const wide: ReadonlySet<string> = new Set(['btfs', 'btfs-testnet', 'open', 'private']);

/** Whether a network runs in which strangers find each other: what is public goes over that. */
export function carriesPublic(networks: readonly Network[] | undefined): boolean {
  return networks?.some(({ name }) => wide.has(name)) ?? false;
}

/** Whether others can get through to a share of this kind; nothing is said before it is known. */
export function carries(networks: readonly Network[] | undefined, who: Visibility): boolean {
  if (networks === undefined) return true;
  return who === 'public' ? carriesPublic(networks) : carriesLinks(networks);
}

/** Starts or stops the networks; takes effect at once. */
export async function chooseNetwork(client: QueryClient, network: NetworkSetting): Promise<void> {
  client.setQueryData(keys.settings, await api.changeSettings({ network }));
  await client.invalidateQueries({ queryKey: keys.networks });
}

/** "BTFS network" rather than "btfs". */
export function networkName(name: string): string {
  switch (name) {
    case 'direct':
    case 'btfs':
    case 'btfs-testnet':
    case 'open':
    case 'private':
      return t(`network.name.${name}`);
    default:
      return name;
  }
}

const better: readonly Reachability[] = [
  'offline',
  'localOnly',
  'outgoingOnly',
  'relayed',
  'direct',
];

/** How this node stands at best: one open door is enough. */
export function bestReach(networks: readonly Network[]): Reachability {
  return networks.reduce<Reachability>(
    (best, { reachability }) =>
      better.indexOf(reachability) > better.indexOf(best) ? reachability : best,
    'offline',
  );
}

/** Devices to whom nothing but a relay leads, in no network. */
export function onlyRelayedCount(networks: readonly Network[]): number {
  const peers = networks.flatMap((network) => network.peers);
  const reached = new Set(
    peers.filter((peer) => !peer.cannotConnectDirectly).map(({ peerId }) => peerId),
  );
  return new Set(peers.map(({ peerId }) => peerId).filter((id) => !reached.has(id))).size;
}

/** Devices, not connections: one that is met in two networks counts once. */
export function peerCount(networks: readonly Network[]): number {
  return new Set(networks.flatMap(({ peers }) => peers.map(({ peerId }) => peerId))).size;
}
