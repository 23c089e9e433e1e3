// What would leave with a share: how many of what, how large, how called, and whether it says
// where it was made. Large selections are counted, not looked through.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import { api, keys, type ItemDetail } from '$/lib/api';
import { formatList } from '$/lib/format';
import type { Subject } from '$/lib/sharing.svelte';

/** More than this many are not looked at one by one. */
const lookedAt = 120;
const atOnce = 8;

export interface Contents {
  count: number;
  /** Of all of them; null when they are too many to look at. */
  known: {
    bytes: number;
    photos: number;
    videos: number;
    tracks: number;
    others: number;
    /** How many say where they were made. */
    placed: number;
  } | null;
  /** The first few, by name. */
  names: string[];
}

export async function lookInto(client: QueryClient, subject: Subject): Promise<Contents> {
  const { albumId, count } = subject;
  let ids = subject.items;
  if (albumId !== undefined) {
    const page = await api.items({ albumId, limit: lookedAt });
    ids = page.items.map(({ id }) => id);
  }
  const all = ids.length === count && count <= lookedAt;
  const details = await inTurns(all ? ids : ids.slice(0, atOnce), (id) =>
    client.fetchQuery({ queryKey: keys.item(id), queryFn: ({ signal }) => api.item(id, signal) }),
  );
  return contentsOf(details, count);
}

export function contentsOf(
  details: readonly Pick<ItemDetail, 'kind' | 'title' | 'facts'>[],
  count: number,
): Contents {
  const of = (...kinds: ItemDetail['kind'][]): number =>
    details.filter(({ kind }) => kinds.includes(kind)).length;
  const known =
    details.length === count
      ? {
          bytes: details.reduce((sum, { facts }) => sum + facts.size, 0),
          photos: of('photo'),
          videos: of('film', 'episode', 'clip'),
          tracks: of('track'),
          others: of('file'),
          placed: details.filter(({ facts }) => facts.gps !== null).length,
        }
      : null;
  return { count, known, names: details.slice(0, 3).map(({ title }) => title) };
}

/** "12 photos and 2 videos". */
export function countWords({ count, known }: Pick<Contents, 'count' | 'known'>): string {
  if (known === null) return t('pix.items', { count });
  const parts = [
    known.videos > 0 ? t('count.videos', { count: known.videos }) : null,
    known.photos > 0 ? t('count.photos', { count: known.photos }) : null,
    known.tracks > 0 ? t('count.tracks', { count: known.tracks }) : null,
    known.others > 0
      ? t(known.others === count ? 'count.files' : 'count.others', { count: known.others })
      : null,
  ];
  return formatList(parts.filter((part) => part !== null));
}

async function inTurns<T, R>(list: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < list.length; from += atOnce) {
    results.push(...(await Promise.all(list.slice(from, from + atOnce).map(run))));
  }
  return results;
}
