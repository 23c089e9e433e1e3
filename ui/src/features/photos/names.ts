// What a screen reader says for a photo: its title, whether it moves, and when it was taken.
import { t } from '$/i18n/index.svelte';
import type { Photo } from '$/lib/api';
import { formatTaken } from '$/lib/format';

export function nameOf(photo: Pick<Photo, 'title' | 'kind' | 'takenAt'>): string {
  const when = photo.takenAt === null ? null : formatTaken(photo.takenAt);
  const kind = photo.kind === 'clip' ? t('kind.clip') : t('kind.photo');
  return [photo.title, kind, when].filter((part) => part !== null && part !== '').join(', ');
}
