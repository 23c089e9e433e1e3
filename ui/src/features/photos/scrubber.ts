// What the scrubber shows: years and, where there is room, months, at the heights where the
// grid has them.
import type { PhotoBucket } from '$/lib/api';

export interface Mark {
  /** "2024" for a year, "2024-06" for a month. */
  key: string;
  kind: 'year' | 'month';
  /** 0 at the top, 1 at the bottom. */
  share: number;
}

const yearRoom = 26;
const monthRoom = 34;

/** Marks for a scrubber of `height` px; no two stand closer than can be read. */
export function marksOf(
  buckets: readonly Pick<PhotoBucket, 'key'>[],
  offsets: Float64Array,
  height: number,
): Mark[] {
  const total = offsets.at(-1) ?? 0;
  if (total === 0 || height <= 0) return [];
  const years: Mark[] = [];
  const months: Mark[] = [];
  let before = '';
  for (const [index, { key }] of buckets.entries()) {
    const share = (offsets[index] ?? 0) / total;
    const year = key.slice(0, 4);
    const month = key.slice(0, 7);
    if (month === before) continue;
    before = month;
    if (years.at(-1)?.key !== year) years.push({ key: year, kind: 'year', share });
    else months.push({ key: month, kind: 'month', share });
  }
  const taken: Mark[] = [];
  const fits = (mark: Mark, room: number): boolean =>
    taken.every((other) => Math.abs(other.share - mark.share) * height >= room);
  for (const mark of years) if (fits(mark, yearRoom)) taken.push(mark);
  for (const mark of months) if (fits(mark, monthRoom)) taken.push(mark);
  return taken.sort((a, b) => a.share - b.share);
}
