// What a search found, in the groups in which people think of it.
import { t, type MessageKey } from '$/i18n/index.svelte';
import type { ItemCard, SearchResult } from '$/lib/api';
import { formatClock, formatTaken } from '$/lib/format';
import { itemHref, itemNote } from '$/lib/items';
import { href } from '$/lib/router.svelte';
import type { Subject } from '$/lib/sharing.svelte';

export interface Found {
  id: string;
  title: string;
  note: string;
  href: string;
  src: string | null;
  thumbhash: string | null;
  shape: 'wide' | 'square' | 'poster';
  /** What a cover is drawn from where there is none. */
  drawn: string | undefined;
  /** How it is shared; of a series, each episode is. */
  subject: Subject | null;
}

export interface FoundGroup {
  name: 'watch' | 'photos' | 'music' | 'albums' | 'files';
  label: MessageKey;
  entries: Found[];
}

export function groupsOf(result: SearchResult): FoundGroup[] {
  const items = result.hits.map(({ item }) => item);
  const groups: FoundGroup[] = [
    {
      name: 'watch',
      label: 'search.watch',
      entries: [
        ...result.shows.map((show): Found => ({
          id: show.id,
          title: show.title,
          note: t('title.episodes', { count: show.episodeCount }),
          href: href('show', { id: show.id }),
          src: show.poster,
          thumbhash: show.thumbhash,
          shape: 'poster',
          drawn: show.title,
          subject: null,
        })),
        ...of(items, ['film', 'episode', 'clip'], 'wide', (item) =>
          [item.year?.toString(), itemNote(item)]
            .filter((part) => part != null && part !== '')
            .join(', '),
        ),
      ],
    },
    {
      name: 'photos',
      label: 'search.photos',
      entries: of(items, ['photo'], 'square', (item) =>
        item.takenAt === null ? '' : formatTaken(item.takenAt),
      ),
    },
    {
      name: 'music',
      label: 'search.music',
      entries: of(items, ['track'], 'square', (item) =>
        [item.artist, item.album, item.durationMs === null ? null : formatClock(item.durationMs)]
          .filter((part) => part !== null)
          .join(' · '),
      ),
    },
    {
      name: 'albums',
      label: 'search.albums',
      entries: result.albums.map((album) => ({
        id: album.id,
        title: album.title,
        note: t('pix.items', { count: album.count }),
        href: href('photoAlbum', { id: album.id }),
        src: album.cover,
        thumbhash: album.thumbhash,
        shape: 'square',
        drawn: album.title,
        subject: { title: album.title, items: [], albumId: album.id, count: album.count },
      })),
    },
    { name: 'files', label: 'search.files', entries: of(items, ['file'], 'square', () => '') },
  ];
  return groups.filter(({ entries }) => entries.length > 0);
}

function of(
  items: readonly ItemCard[],
  kinds: readonly ItemCard['kind'][],
  shape: Found['shape'],
  note: (item: ItemCard) => string,
): Found[] {
  return items
    .filter(({ kind }) => kinds.includes(kind))
    .map((item) => ({
      id: item.id,
      title: item.title,
      note: note(item),
      href: itemHref(item),
      src: item.thumb,
      thumbhash: item.thumbhash,
      shape,
      // A record's tracks have one cover; a photo's picture is still to come.
      drawn: item.kind === 'photo' ? undefined : (item.album ?? item.title),
      subject: { title: item.title, items: [item.id], count: 1 },
    }));
}
