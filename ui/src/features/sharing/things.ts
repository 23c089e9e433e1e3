// The things of somebody's share, sorted for a page.
import { t } from '$/i18n/index.svelte';
import type { Received, SharedThing } from '$/lib/api';
import { formatList } from '$/lib/format';
import type { Track } from '$/lib/music.svelte';
import { asCard, isWatched } from '$/lib/received';

/** A thing and its place in the share, by which it is asked for. */
export interface Placed {
  thing: SharedThing;
  at: number;
}

export interface Sorted {
  watched: Placed[];
  photos: Placed[];
  tracks: Placed[];
  files: Placed[];
}

export function sorted(things: readonly SharedThing[]): Sorted {
  const placed = things.map((thing, at) => ({ thing, at }));
  const watched = placed.filter(({ thing }) => isWatched(thing));
  const photos = placed.filter(({ thing }) => thing.kind === 'photo');
  const tracks = placed.filter(({ thing }) => thing.kind === 'track');
  const shown = new Set([...watched, ...photos, ...tracks]);
  return { watched, photos, tracks, files: placed.filter((one) => !shown.has(one)) };
}

const isEpisode = ({ thing }: Placed): boolean => thing.kind === 'episode';

/** "Film" for one thing, "12 photos and 1 video" for more. */
export function thingsWords(things: readonly SharedThing[]): string {
  const [only] = things;
  if (only !== undefined && things.length === 1) return t(`kind.${asCard(only, 0).kind}`);
  const { watched, photos, tracks, files } = sorted(things);
  const others = files.length === things.length ? 'count.files' : 'count.others';
  const parts = [
    watched.length > 0
      ? t(watched.every(isEpisode) ? 'title.episodes' : 'count.videos', { count: watched.length })
      : null,
    photos.length > 0 ? t('count.photos', { count: photos.length }) : null,
    tracks.length > 0 ? t('count.tracks', { count: tracks.length }) : null,
    files.length > 0 ? t(others, { count: files.length }) : null,
  ];
  return formatList(parts.filter((part) => part !== null));
}

/** For the music bar. The share is in the id, since places are the same in every share. */
export function tracksOf(share: Pick<Received, 'id'>, things: readonly SharedThing[]): Track[] {
  return sorted(things).tracks.map(({ thing, at }) => ({
    ...asCard(thing, at),
    id: `${share.id}/${String(at)}`,
    url: thing.url,
  }));
}

/** Who made a record, when one did and all of it is music. */
export function makersOf(things: readonly SharedThing[]): string | null {
  const [first] = things;
  if (first === undefined || first.artist === null) return null;
  const { artist } = first;
  return things.every((thing) => thing.kind === 'track' && thing.artist === artist) ? artist : null;
}
