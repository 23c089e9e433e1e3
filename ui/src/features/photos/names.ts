// What is said of photos and clips: what one is called, and how many there are of each.
import { t } from '$/i18n/index.svelte';
import type { Photo } from '$/lib/api';
import { formatList, formatTaken } from '$/lib/format';

/** Its title, whether it moves, and when it was taken, for a screen reader. */
export function nameOf(photo: Pick<Photo, 'title' | 'kind' | 'takenAt'>): string {
  const when = photo.takenAt === null ? null : formatTaken(photo.takenAt);
  const kind = photo.kind === 'clip' ? t('kind.clip') : t('kind.photo');
  return [photo.title, kind, when].filter((part) => part !== null && part !== '').join(', ');
}

export interface Kinds {
  photos: number;
  clips: number;
}

export function kindsOf(photos: readonly Pick<Photo, 'kind'>[]): Kinds {
  const clips = photos.filter(({ kind }) => kind === 'clip').length;
  return { photos: photos.length - clips, clips };
}

/** "12 photos and 2 videos"; as long as it is not known which, only how many. */
export function countOf(total: number, kinds: Kinds | null): string {
  if (kinds === null || total === 0 || kinds.photos + kinds.clips !== total)
    return t('pix.items', { count: total });
  const parts = [
    kinds.photos > 0 ? t('count.photos', { count: kinds.photos }) : null,
    kinds.clips > 0 ? t('count.videos', { count: kinds.clips }) : null,
  ];
  return formatList(parts.filter((part) => part !== null));
}
