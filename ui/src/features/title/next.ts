// Where to go on in a series.
import type { ItemCard, Season } from '$/lib/api';

/**
 * The episode begun last; else the first unseen one after the last that was seen; else the
 * first. Specials (season 0) come last.
 */
export function nextEpisode(seasons: readonly Season[]): ItemCard | null {
  const ordered = [...seasons].sort((a, b) => order(a) - order(b)).flatMap((one) => one.episodes);
  const begun = ordered
    .filter((episode) => episode.progress !== null && !episode.progress.finished)
    .sort((a, b) => (b.progress?.updatedAt ?? 0) - (a.progress?.updatedAt ?? 0));
  const lastSeen = ordered.findLastIndex((episode) => episode.progress?.finished === true);
  return begun[0] ?? ordered[lastSeen + 1] ?? ordered[0] ?? null;
}

function order(season: Season): number {
  return season.number === 0 ? Number.POSITIVE_INFINITY : season.number;
}
