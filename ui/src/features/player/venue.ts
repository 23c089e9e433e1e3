// Where a sitting takes place: in the library, or in what somebody else shares. It says where the
// pages of what plays are, and where it is noted how far the person is.
import { t } from '$/i18n/index.svelte';
import { api, type ItemDetail, type ItemProgress, type ProgressRequest } from '$/lib/api';
import { itemHref, playHref } from '$/lib/items';
import { isNumber, recall, remember } from '$/lib/local';
import { href } from '$/lib/router.svelte';

export interface Venue {
  /** Whether what plays is in the library, with favourites and a file of its own. */
  readonly own: boolean;
  about: (item: Pick<ItemDetail, 'id' | 'kind'>) => string;
  play: (id: string) => string;
  keep: (id: string, moment: ProgressRequest) => Promise<unknown>;
  /** Why it may not play, where the place knows more than the engine. */
  trouble: () => string | null;
  /** What it waits for, when that is more than the next bytes. */
  waits: () => string | null;
}

export const library: Venue = {
  own: true,
  about: itemHref,
  play: playHref,
  keep: (id, moment) => api.saveProgress(id, moment),
  trouble: () => null,
  waits: () => null,
};

const place = (share: string, at: string): string => `received.${share}.${at}`;

/** In a share, how far one is stays in this window: it is nothing of the library. */
export function sharedVenue(share: string, away: () => string | null): Venue {
  return {
    own: false,
    about: () => href('received', { id: share }),
    play: (at) => href('receivedPlayer', { id: share, at }),
    keep: (at, { positionMs, finished }) => {
      remember(place(share, at), finished === true ? 0 : positionMs);
      return Promise.resolve();
    },
    trouble: () => away() ?? t('received.cannotPlay'),
    waits: away,
  };
}

export function sharedProgress(share: string, item: ItemDetail): ItemProgress | null {
  const positionMs = recall(place(share, item.id), 0, isNumber);
  if (positionMs === 0) return null;
  return { positionMs, durationMs: item.durationMs ?? 0, finished: false, updatedAt: 0 };
}
