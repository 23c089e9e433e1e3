// The geometry of the photo grid: justified rows under day headings, from aspect ratios alone.
// Pure and deterministic, one bucket at a time, so that a library of a million photos costs
// only the buckets that come near the screen. It knows no photos and no page.

import {
  boxesFrom,
  justify,
  loose,
  type PhotoBox,
  type RowOptions,
  shownRatio,
  sum,
} from '$/lib/justify';

export interface GridOptions extends RowOptions {
  /** The height of a line of day headings. */
  heading: number;
  /** The space below the last row of a day. */
  dayGap: number;
}

export interface DayRatios {
  day: string;
  ratios: readonly number[];
}

export interface DayCount {
  day: string;
  count: number;
}

/** A day's heading: it stands over its photos, which start at `first` in the bucket. */
export interface DaySpan extends DayCount {
  first: number;
  x: number;
  width: number;
  /** Several short days share one band; their headings are shorter, too. */
  shared: boolean;
}

export interface HeadingRow {
  kind: 'heading';
  y: number;
  height: number;
  days: DaySpan[];
}

export interface PhotoRow {
  kind: 'photos';
  y: number;
  height: number;
  /** The index in the bucket of the first photo of the row. */
  first: number;
  boxes: PhotoBox[];
}

/** Stands for rows whose photos are not here yet. */
export interface BlankRow {
  kind: 'blank';
  y: number;
  height: number;
}

export type GridRow = HeadingRow | PhotoRow | BlankRow;

export interface BucketLayout {
  height: number;
  rows: GridRow[];
}

/** Room for a short date over a single narrow photo. */
const minGroup = 150;
const groupGap = 20;
/** Short days that stand in one row may make it lower or higher than the target by this much. */
const lowest = 0.78;
const highest = 1.3;
export function layoutBucket(days: readonly DayRatios[], options: GridOptions): BucketLayout {
  const measured = days.map(({ day, ratios }) => ({
    day,
    count: ratios.length,
    ratios: ratios.map(shownRatio),
  }));
  const rows: GridRow[] = [];
  let y = 0;
  let first = 0;
  const wide = (day: { ratios: readonly number[] }): number => sum(day.ratios);
  for (const band of bands(measured, options, wide)) {
    const exact = bandHeight(band, options, wide);
    const spans = spansOf(band, options, first, wide, exact);
    rows.push({ kind: 'heading', y, height: options.heading, days: spans });
    y += options.heading;
    if (band.length > 1) {
      const boxes = band.flatMap((day, at) =>
        boxesFrom(spans[at]?.x ?? 0, day.ratios, exact, options.gap),
      );
      const height = Math.round(exact);
      rows.push({ kind: 'photos', y, height, first, boxes });
      y += height + options.gap;
    } else {
      for (const row of justify(band[0]?.ratios ?? [], options)) {
        rows.push({
          kind: 'photos',
          y,
          height: row.height,
          first: first + row.first,
          boxes: row.boxes,
        });
        y += row.height + options.gap;
      }
    }
    y += options.dayGap - options.gap;
    for (const day of band) first += day.count;
  }
  return { height: y, rows };
}

/** The same from counts alone, for a bucket whose photos were not fetched yet. */
export function estimateBucket(
  days: readonly DayCount[],
  options: GridOptions,
  ratio: number,
): BucketLayout {
  const rows: GridRow[] = [];
  const across = (day: DayCount): number => day.count * ratio;
  let y = 0;
  let first = 0;
  for (const band of bands(days, options, across)) {
    const exact = bandHeight(band, options, across);
    const spans = spansOf(band, options, first, across, exact);
    rows.push({ kind: 'heading', y, height: options.heading, days: spans });
    y += options.heading;
    const photos = band.reduce((total, day) => total + day.count, 0);
    const wide = photos * (ratio * options.target + options.gap);
    const lines =
      band.length > 1 ? 1 : Math.max(1, Math.round(wide / (options.width + options.gap)));
    const height =
      band.length > 1 ? Math.round(exact) : lines * (options.target + options.gap) - options.gap;
    rows.push({ kind: 'blank', y, height });
    y += height + options.dayGap;
    first += photos;
  }
  return { height: y, rows };
}

/** The sum of a day's ratios: its width in rows of height 1. */
type WidthOf<D> = (day: D) => number;

/**
 * Short days stand side by side; a long day has its own band. The breaks are chosen for the whole
 * bucket, so that rows are full and near the target, and what stays empty is little.
 */
function bands<D extends DayCount>(
  days: readonly D[],
  options: GridOptions,
  wide: WidthOf<D>,
): D[][] {
  const there = days.filter(({ count }) => count > 0);
  const best = new Float64Array(there.length + 1).fill(Infinity);
  const from = new Int32Array(there.length + 1);
  best[0] = 0;
  for (let end = 1; end <= there.length; end += 1) {
    for (let start = end - 1; start >= 0; start -= 1) {
      const band = there.slice(start, end);
      const own = bandCost(band, options, wide);
      if (own === null) break;
      const cost = (best[start] ?? Infinity) + own;
      if (cost < (best[end] ?? Infinity)) {
        best[end] = cost;
        from[end] = start;
      }
    }
  }
  const made: D[][] = [];
  for (let end = there.length; end > 0; end = from[end] ?? 0)
    made.unshift(there.slice(from[end] ?? 0, end));
  return made;
}

/** How far a band is from a good row; null when these days do not fit into one. */
function bandCost<D extends DayCount>(
  band: readonly D[],
  options: GridOptions,
  wide: WidthOf<D>,
): number | null {
  const { target, width } = options;
  if (widthAt(band, options, wide, target * lowest) > width) return band.length > 1 ? null : 0;
  const height = bandHeight(band, options, wide);
  const empty = 1 - widthAt(band, options, wide, height) / width;
  return Math.log(height / target) ** 2 + 0.1 + empty ** 2;
}

function widthAt<D extends DayCount>(
  band: readonly D[],
  { gap }: GridOptions,
  wide: WidthOf<D>,
  height: number,
): number {
  return band.reduce(
    (total, day) => total + groupWidth(wide(day) * height, day.count, gap),
    groupGap * (band.length - 1),
  );
}

const groupWidth = (photos: number, count: number, gap: number): number =>
  Math.max(minGroup, photos + gap * (count - 1));

/** The height at which a band fills the width, or the usual one where that would be too high. */
function bandHeight<D extends DayCount>(
  band: readonly D[],
  options: GridOptions,
  wide: WidthOf<D>,
): number {
  const { target, width } = options;
  const fits = (height: number): boolean => widthAt(band, options, wide, height) <= width;
  if (fits(target * highest)) return target * loose;
  let [low, high] = [target * lowest, target * highest];
  for (let step = 0; step < 20; step += 1) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function spansOf<D extends DayCount>(
  band: readonly D[],
  options: GridOptions,
  first: number,
  wide: WidthOf<D>,
  height: number,
): DaySpan[] {
  const shared = band.length > 1;
  let x = 0;
  let index = first;
  return band.map((day) => {
    const own = groupWidth(wide(day) * height, day.count, options.gap);
    const width = shared ? Math.round(own) : options.width;
    const span = { day: day.day, count: day.count, first: index, x: Math.round(x), width, shared };
    x += own + groupGap;
    index += day.count;
    return span;
  });
}

/** Where a place in one layout of a bucket is in another one: by its day, then by its share. */
export function carryOver(old: BucketLayout, next: BucketLayout, y: number): number {
  const place = dayAt(old, y);
  if (place === null) return Math.min(y, next.height);
  for (const [at, row] of next.rows.entries()) {
    if (row.kind !== 'heading' || !row.days.some(({ day }) => day === place.day)) continue;
    const end = endOf(next, at);
    return row.y + (end - row.y) * place.share;
  }
  return (y / Math.max(1, old.height)) * next.height;
}

function dayAt(layout: BucketLayout, y: number): { day: string; share: number } | null {
  for (let at = layout.rows.length - 1; at >= 0; at -= 1) {
    const row = layout.rows[at];
    if (row?.kind !== 'heading' || row.y > y) continue;
    const end = endOf(layout, at);
    return { day: row.days[0]?.day ?? '', share: (y - row.y) / Math.max(1, end - row.y) };
  }
  return null;
}

function endOf(layout: BucketLayout, at: number): number {
  for (let next = at + 1; next < layout.rows.length; next += 1) {
    const row = layout.rows[next];
    if (row?.kind === 'heading') return row.y;
  }
  return layout.height;
}

/** The rows that touch the stretch from `top` to `bottom` of a bucket. */
export function rowsBetween(layout: BucketLayout, top: number, bottom: number): GridRow[] {
  const { rows } = layout;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.y + row.height < top) low = middle + 1;
    else high = middle;
  }
  const found: GridRow[] = [];
  for (let at = low; at < rows.length; at += 1) {
    const row = rows[at];
    if (row === undefined || row.y > bottom) break;
    found.push(row);
  }
  return found;
}

/** The row that holds the photo of this index. */
export function rowOf(layout: BucketLayout, index: number): PhotoRow | null {
  for (const row of layout.rows) {
    if (row.kind === 'photos' && index >= row.first && index < row.first + row.boxes.length)
      return row;
  }
  return null;
}
