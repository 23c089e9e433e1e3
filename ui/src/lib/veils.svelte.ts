// Warnings of what somebody shares: what it shows stays veiled until the person wants to see it.
import { SvelteSet } from 'svelte/reactivity';
import type { SharedThing } from './api';

/** Shares whose veil was lifted, until the page is left. */
const lifted = new SvelteSet<string>();

export const isLifted = (share: string): boolean => lifted.has(share);

export function lift(share: string): void {
  lifted.add(share);
}

/** What the things of a share warn of, each once. */
export function warningsOf(things: readonly Pick<SharedThing, 'warning'>[]): string[] {
  const texts = things.map(({ warning }) => warning?.trim() ?? '');
  return [...new Set(texts.filter((text) => text !== ''))];
}
