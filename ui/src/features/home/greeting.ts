// The words at the top of Home.
import { t, type MessageKey } from '$/i18n/index.svelte';
import type { RecentSummary } from '$/lib/api';
import { formatList } from '$/lib/format';

/** A greeting for the hour (0 to 23) on the person's clock. */
export function greeting(hour: number): MessageKey {
  if (hour < 5) return 'home.evening';
  if (hour < 12) return 'home.morning';
  if (hour < 18) return 'home.afternoon';
  return 'home.evening';
}

/** "38 photos and 2 films", without what is zero. */
export function recentNote(summary: RecentSummary): string {
  const parts = [
    summary.photos > 0 ? t('count.photos', { count: summary.photos }) : null,
    summary.videos > 0 ? t('count.videos', { count: summary.videos }) : null,
    summary.tracks > 0 ? t('count.tracks', { count: summary.tracks }) : null,
  ];
  return formatList(parts.filter((part) => part !== null));
}
