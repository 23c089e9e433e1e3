// What the drop sheet says.
import { t } from '$/i18n/index.svelte';
import type { ImportMode } from '$/lib/api';
import { formatList } from '$/lib/format';
import type { Counted } from './count';

/** "12 photos, 2 videos and 1 other file". */
export function wordsFor(counted: Counted): string {
  const parts: string[] = [];
  if (counted.photos > 0) parts.push(t('count.photos', { count: counted.photos }));
  if (counted.videos > 0) parts.push(t('count.videos', { count: counted.videos }));
  if (counted.tracks > 0) parts.push(t('count.tracks', { count: counted.tracks }));
  if (counted.subtitles > 0) parts.push(t('count.subtitles', { count: counted.subtitles }));
  if (counted.others > 0) parts.push(t('count.others', { count: counted.others }));
  return parts.length === 0 ? t('drop.nothing') : formatList(parts);
}

/** What happens to the files themselves. */
export function fateFor(
  mode: ImportMode,
  uploaded: boolean,
  willReference: number,
  willCopy: number,
): string {
  if (uploaded) return t('drop.fate.upload');
  if (mode === 'reference' || (mode === 'auto' && willCopy === 0)) return t('drop.fate.keep');
  if (mode === 'copy' || willReference === 0) return t('drop.fate.copy');
  return t('drop.fate.mixed', { kept: willReference, copied: willCopy });
}
