// What an item means on a shelf: where it leads, what to say about it, how far it was watched.
import { localeTag, t } from '$/i18n/index.svelte';
import type { CaptionTrack, ItemCard } from './api';
import { formatDuration, formatLanguage } from './format';
import { href } from './router.svelte';

type Watched = Pick<ItemCard, 'progress'>;

/** 0 to 1 when watching has begun and is not over, else null. */
export function watchedShare({ progress }: Watched): number | null {
  if (progress == null || progress.finished || progress.durationMs === 0) return null;
  if (progress.positionMs < 1000) return null;
  return Math.min(1, progress.positionMs / progress.durationMs);
}

export function timeLeft({ progress }: Watched): string | null {
  if (progress == null || watchedShare({ progress }) === null) return null;
  const left = progress.durationMs - progress.positionMs;
  return t('items.left', { time: formatDuration(left) });
}

/** "S2 E3" for an episode. */
export function episodeTag({ show }: Pick<ItemCard, 'show'>): string | null {
  if (show == null) return null;
  return t('items.episode', { season: show.season, episode: show.episode });
}

/** The page about an item. */
export function itemHref(item: Pick<ItemCard, 'id' | 'kind'>): string {
  switch (item.kind) {
    case 'photo':
      return href('photo', { id: item.id });
    case 'track':
      return href('music', {}, { track: item.id });
    default:
      return href('title', { id: item.id });
  }
}

export function playHref(id: string): string {
  return href('player', { id });
}

/** The second line under a still: what is left, or when and how long. */
export function itemNote(item: ItemCard): string {
  const parts = [
    episodeTag(item),
    timeLeft(item) ?? (item.durationMs == null ? null : formatDuration(item.durationMs)),
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** "4K", "1080p": how fine a picture is, by its longer side. */
export function quality({ width, height }: Pick<ItemCard, 'width' | 'height'>): string | undefined {
  if (width === null || height === null) return undefined;
  const long = Math.max(width, height);
  if (long >= 7000) return '8K';
  if (long >= 3500) return '4K';
  if (long >= 2400) return '1440p';
  if (long >= 1800) return '1080p';
  if (long >= 1200) return '720p';
  return `${String(Math.min(width, height))}p`;
}

/** What stands between a person and an item, when something does. */
export function stateTag({ state }: Pick<ItemCard, 'state'>): string | undefined {
  return state === 'ok' ? undefined : t(`state.${state}`);
}

/** "German" rather than "de"; what a file calls its captions otherwise. */
export function captionName({ label, language }: Pick<CaptionTrack, 'label' | 'language'>): string {
  if (language === null) return label;
  const name = formatLanguage(language);
  return label === '' || label.toLowerCase() === language.toLowerCase()
    ? name
    : `${name}, ${label}`;
}

/** The captions to begin with: in the person's language where there are some. */
export function captionFor<T extends Pick<CaptionTrack, 'language'>>(
  tracks: readonly T[],
): T | null {
  const [wanted = ''] = localeTag().toLowerCase().split('-');
  const spoken = (track: T): string => track.language?.toLowerCase().split('-')[0] ?? '';
  return tracks.find((track) => spoken(track) === wanted) ?? tracks[0] ?? null;
}
