// The geometry of the photo grid: justified rows under day headings, from aspect ratios alone.
// Pure and deterministic, one bucket at a time, so that a library of a million photos costs
// only the buckets that come near the screen. It knows no photos and no page.

export interface GridOptions {
  /** The width that rows fill, in px. */
  width: number;
  /** The height that rows aim for. */
  target: number;
  /** Between photos, both ways. */
  gap: number;
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

export interface PhotoBox {
  x: number;
  width: number;
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

const minRatio = 0.42;
const maxRatio = 3.6;
/** Rows may become this much higher than the target; beyond it, a row stays short of the edge. */
const stretch = 1.38;
const squeeze = 0.62;
const minGroup = 176;
const groupGap = 20;

/** What a photo takes in the grid: extremes are cropped, so that one panorama is not a thread. */
export function shownRatio(ratio: number): number {
  if (!Number.isFinite(ratio) || ratio <= 0) return 1;
  return Math.min(maxRatio, Math.max(minRatio, ratio));
}

export function layoutBucket(days: readonly DayRatios[], options: GridOptions): BucketLayout {
  const measured = days.map(({ day, ratios }) => ({
    day,
    count: ratios.length,
    ratios: ratios.map(shownRatio),
  }));
  const rows: GridRow[] = [];
  let y = 0;
  let first = 0;
  for (const band of bands(measured, options, (day) => sum(day.ratios) * options.target)) {
    const height = bandHeight(band, options);
    const spans = spansOf(band, options, first, (day) => sum(day.ratios) * height);
    rows.push({ kind: 'heading', y, height: options.heading, days: spans });
    y += options.heading;
    if (band.length > 1) {
      const boxes = band.flatMap((day, at) =>
        boxesFrom(spans[at]?.x ?? 0, day.ratios, height, options.gap),
      );
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
  const naturalOf = (day: DayCount): number => day.count * ratio * options.target;
  let y = 0;
  let first = 0;
  for (const band of bands(days, options, naturalOf)) {
    const spans = spansOf(band, options, first, naturalOf);
    rows.push({ kind: 'heading', y, height: options.heading, days: spans });
    y += options.heading;
    const photos = band.reduce((total, day) => total + day.count, 0);
    const wide = photos * (ratio * options.target + options.gap);
    const lines =
      band.length > 1 ? 1 : Math.max(1, Math.round(wide / (options.width + options.gap)));
    const height = lines * (options.target + options.gap) - options.gap;
    rows.push({ kind: 'blank', y, height });
    y += height + options.dayGap;
    first += photos;
  }
  return { height: y, rows };
}

/** Days that are short stand side by side; a long day has its own band. */
function bands<D extends DayCount>(
  days: readonly D[],
  options: GridOptions,
  naturalOf: (day: D) => number,
): D[][] {
  const made: D[][] = [];
  let open: D[] = [];
  let used = 0;
  for (const day of days) {
    if (day.count === 0) continue;
    const own = Math.max(minGroup, naturalOf(day) + options.gap * (day.count - 1));
    if (open.length > 0 && used + groupGap + own <= options.width) {
      open.push(day);
      used += groupGap + own;
    } else {
      open = [day];
      made.push(open);
      used = own;
    }
  }
  return made;
}

function bandHeight(
  band: readonly (DayCount & { ratios: readonly number[] })[],
  options: GridOptions,
): number {
  const { target, gap, width } = options;
  const ratios = band.reduce((total, day) => total + sum(day.ratios), 0);
  const gaps = band.reduce((total, day) => total + gap * (day.count - 1), 0);
  const free = width - gaps - groupGap * (band.length - 1);
  const height = Math.floor(Math.min(target * 1.18, free / ratios));
  const fits = (tall: number): boolean =>
    groupGap * (band.length - 1) +
      band.reduce(
        (total, day) => total + Math.max(minGroup, sum(day.ratios) * tall + gap * (day.count - 1)),
        0,
      ) <=
    width;
  return height > target && fits(height) ? height : target;
}

function spansOf<D extends DayCount>(
  band: readonly D[],
  options: GridOptions,
  first: number,
  naturalOf: (day: D) => number,
): DaySpan[] {
  const shared = band.length > 1;
  let x = 0;
  let index = first;
  return band.map((day) => {
    const own = Math.max(minGroup, Math.round(naturalOf(day)) + options.gap * (day.count - 1));
    const width = shared ? own : options.width;
    const span = { day: day.day, count: day.count, first: index, x, width, shared };
    x += own + groupGap;
    index += day.count;
    return span;
  });
}

interface Justified {
  first: number;
  height: number;
  boxes: PhotoBox[];
}

/**
 * Breaks a day into rows so that all heights together stay closest to the target, as a
 * typesetter breaks lines, instead of leaving what remains to the last row.
 */
export function justify(ratios: readonly number[], options: GridOptions): Justified[] {
  const { width, target, gap } = options;
  const count = ratios.length;
  const best = new Float64Array(count + 1).fill(Infinity);
  const from = new Int32Array(count + 1);
  best[0] = 0;
  for (let end = 1; end <= count; end += 1) {
    let total = 0;
    for (let start = end - 1; start >= 0; start -= 1) {
      total += ratios[start] ?? 1;
      const height = (width - gap * (end - start - 1)) / total;
      if (height < target * squeeze && end - start > 1) break;
      const cost = (best[start] ?? Infinity) + costOf(height / target, end === count);
      if (cost < (best[end] ?? Infinity)) {
        best[end] = cost;
        from[end] = start;
      }
    }
  }
  const rows: Justified[] = [];
  for (let end = count; end > 0; end = from[end] ?? 0) {
    const start = from[end] ?? 0;
    const part = ratios.slice(start, end);
    const filling = (width - gap * (part.length - 1)) / sum(part);
    const fills = filling <= target * stretch;
    const height = Math.round(fills ? filling : target);
    const boxes = boxesFrom(0, part, fills ? filling : target, gap);
    const last = boxes.at(-1);
    if (fills && last !== undefined) last.width = width - last.x;
    rows.unshift({ first: start, height, boxes });
  }
  return rows;
}

function costOf(share: number, last: boolean): number {
  if (share <= stretch) return Math.log(share) ** 2;
  // A short last row is better than a giant one; a short row in the middle is never good.
  return last ? 0.08 + 0.2 * (1 - 1 / share) : (share - 1) ** 2 + 4;
}

function boxesFrom(x: number, ratios: readonly number[], height: number, gap: number): PhotoBox[] {
  let left = x;
  return ratios.map((ratio) => {
    const start = Math.round(left);
    left += ratio * height;
    const box = { x: start, width: Math.max(1, Math.round(left) - start) };
    left += gap;
    return box;
  });
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
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
