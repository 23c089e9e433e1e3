// The filters of the film shelf, as they stand in the address.
import type { ItemKind, ItemSort, ItemsQuery } from '$/lib/api';

export type LengthChoice = 'any' | 'short' | 'middle' | 'long';
export type SortChoice = Extract<ItemSort, 'added' | 'title' | 'year' | 'duration' | 'played'>;

export interface Filters {
  kind: Extract<ItemKind, 'film' | 'episode' | 'clip'> | 'all';
  genre: string;
  /** A decade ("1990") or empty. */
  decade: string;
  length: LengthChoice;
  unseen: boolean;
  favourite: boolean;
  sort: SortChoice;
}

const sorts: readonly SortChoice[] = ['added', 'title', 'year', 'duration', 'played'];
const lengths: readonly LengthChoice[] = ['any', 'short', 'middle', 'long'];
const kinds: readonly Filters['kind'][] = ['all', 'film', 'episode', 'clip'];

export function readFilters(query: URLSearchParams): Filters {
  return {
    kind: oneOf(kinds, query.get('kind')) ?? 'all',
    genre: query.get('genre') ?? '',
    decade: /^\d{4}$/.test(query.get('decade') ?? '') ? (query.get('decade') ?? '') : '',
    length: oneOf(lengths, query.get('length')) ?? 'any',
    unseen: query.get('unseen') === '1',
    favourite: query.get('favourite') === '1',
    sort: oneOf(sorts, query.get('sort')) ?? 'added',
  };
}

function oneOf<T extends string>(known: readonly T[], value: string | null): T | undefined {
  return known.find((one) => one === value);
}

/** The filters for the address; what is not set is left out. */
export function writeFilters(filters: Filters): Record<string, string | undefined> {
  return {
    kind: filters.kind === 'all' ? undefined : filters.kind,
    genre: filters.genre,
    decade: filters.decade,
    length: filters.length === 'any' ? undefined : filters.length,
    unseen: filters.unseen ? '1' : undefined,
    favourite: filters.favourite ? '1' : undefined,
    sort: filters.sort === 'added' ? undefined : filters.sort,
  };
}

/** Whether anything is narrowed; without it the room shows its shelves. */
export function isNarrowed(filters: Filters): boolean {
  return Object.values(writeFilters(filters)).some((value) => value !== undefined && value !== '');
}

const minutes: Record<LengthChoice, { minMinutes?: number; maxMinutes?: number }> = {
  any: {},
  short: { maxMinutes: 40 },
  middle: { minMinutes: 40, maxMinutes: 120 },
  long: { minMinutes: 120 },
};

export function toQuery(filters: Filters): ItemsQuery {
  const from = Number(filters.decade);
  return {
    kind: filters.kind === 'all' ? 'film,clip' : filters.kind,
    ...(filters.genre === '' ? {} : { genre: filters.genre }),
    ...(filters.decade === '' ? {} : { yearFrom: from, yearTo: from + 9 }),
    ...minutes[filters.length],
    ...(filters.unseen ? { unseen: true } : {}),
    ...(filters.favourite ? { favourite: true } : {}),
    sort: filters.sort,
    limit: 120,
  };
}

/** The decades between two years, newest first. */
export function decades(from: number, to: number): string[] {
  const list: string[] = [];
  for (let year = Math.floor(to / 10) * 10; year >= Math.floor(from / 10) * 10; year -= 10) {
    list.push(String(year));
  }
  return list;
}
