// The history of bytes as a line of rates.
import type { Network, TrafficHistory } from '$/lib/api';

export interface Rates {
  /** Unix seconds. */
  times: number[];
  /** Bytes a second. */
  received: number[];
  sent: number[];
}

export function ratesOf(history: TrafficHistory | undefined): Rates {
  const samples = history?.samples ?? [];
  const every = Math.max(1, history?.everySeconds ?? 1);
  return {
    times: samples.map(({ at }) => at / 1000),
    received: samples.map(({ received }) => received / every),
    sent: samples.map(({ sent }) => sent / every),
  };
}

export function totalOf(networks: readonly Network[], which: 'received' | 'sent'): number {
  return networks.reduce((sum, network) => sum + network[which], 0);
}
