// What is new as tiles: a record is one tile and not one for each of its tracks, and so is a series.
import { t } from '$/i18n/index.svelte';
import type { ItemCard } from '$/lib/api';
import { episodeTag, itemHref } from '$/lib/items';
import { href } from '$/lib/router.svelte';

export interface RecentEntry {
  id: string;
  href: string;
  title: string;
  src: string | null;
  thumbhash: string | null;
  tag: string | undefined;
  /** Has no picture of its own when there is none now. */
  drawn: boolean;
  unpictured: boolean;
}

export function recentEntries(items: readonly ItemCard[]): RecentEntry[] {
  const groups = new Map<string, ItemCard[]>();
  for (const item of items) {
    const key = groupOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].map(entryOf);
}

/** What belongs together has the same key. */
function groupOf(item: ItemCard): string {
  if (item.kind === 'track' && item.album !== null) return `album ${item.album}`;
  if (item.kind === 'episode' && item.show != null) return `show ${item.show.id}`;
  return item.id;
}

function entryOf(group: readonly ItemCard[]): RecentEntry {
  const [item, ...more] = group as [ItemCard, ...ItemCard[]];
  const count = group.length;
  const pictured = group.find(({ thumb }) => thumb !== null) ?? item;
  const looks = {
    id: item.id,
    src: pictured.thumb,
    thumbhash: pictured.thumbhash,
    drawn: item.kind !== 'photo',
    unpictured: pictured.unpictured,
  };
  if (more.length > 0 && item.kind === 'track')
    return {
      ...looks,
      // The room knows which record that is.
      href: href('music', {}, { record: item.album ?? undefined }),
      title: item.album ?? item.title,
      tag: t('count.tracks', { count }),
    };
  if (more.length > 0 && item.show != null)
    return {
      ...looks,
      href: href('show', { id: item.show.id }),
      title: item.show.title,
      tag: t('title.episodes', { count }),
    };
  return {
    ...looks,
    href: itemHref(item),
    title: [episodeTag(item), item.title].filter((part) => part !== null).join(' '),
    tag: item.kind === 'photo' ? undefined : t(`kind.${item.kind}`),
  };
}
