// What the person is about to share or to open. The sharing feature shows the sheets; any room
// asks for them here.

import { t } from '$/i18n/index.svelte';

/** What a share would hold: items in order, or an album. */
export interface Subject {
  title: string;
  items: readonly string[];
  albumId?: string;
  /** How many things that is; of an album, the items are not listed. */
  count: number;
  /** The title only counts: a better count becomes the name that others see. */
  unnamed?: boolean;
}

interface Sharing {
  /** Something to share, or the id of a share that was made. */
  sheet: { subject: Subject } | { shareId: string } | null;
  /** The link that is about to be opened; empty asks for one. */
  opening: string | null;
}

export const sharing = $state<Sharing>({ sheet: null, opening: null });

export function share(subject: Subject): void {
  sharing.sheet = { subject };
}

/** Shares several things under a name of their own. */
export function shareItems(title: string, items: readonly string[]): void {
  if (items.length > 0) share({ title, items, count: items.length });
}

/** Shares several things that have no name in common. */
export function shareChosen(items: readonly string[]): void {
  if (items.length === 0) return;
  const title = t('pix.items', { count: items.length });
  share({ title, items, count: items.length, unnamed: true });
}

export function showShare(shareId: string): void {
  sharing.sheet = { shareId };
}

export function openLink(link = ''): void {
  sharing.opening = link;
}
