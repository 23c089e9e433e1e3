// Photos in justified rows, each in its own shape: the geometry alone, from aspect ratios.
// Pure and deterministic. It knows no photos and no page.

export interface RowOptions {
  /** The width that rows fill, in px. */
  width: number;
  /** The height that rows aim for. */
  target: number;
  /** Between photos, both ways. */
  gap: number;
}

export interface PhotoBox {
  x: number;
  width: number;
}

const minRatio = 0.42;
const maxRatio = 3.6;
/** Rows may become this much higher than the target; beyond it, a row stays short of the edge. */
const stretch = 1.38;
const squeeze = 0.62;
/** The height of a row that short days do not fill. */
export const loose = 1.18;

/** What a photo takes in the grid: extremes are cropped, so that one panorama is not a thread. */
export function shownRatio(ratio: number): number {
  if (!Number.isFinite(ratio) || ratio <= 0) return 1;
  return Math.min(maxRatio, Math.max(minRatio, ratio));
}

export interface Justified {
  first: number;
  height: number;
  boxes: PhotoBox[];
}

/**
 * Breaks a day into rows so that all heights together stay closest to the target, as a
 * typesetter breaks lines, instead of leaving what remains to the last row.
 */
export function justify(ratios: readonly number[], options: RowOptions): Justified[] {
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
    // A day of one short row shows its few photos larger.
    const short = part.length === count ? target * loose : target;
    const height = Math.round(fills ? filling : short);
    const boxes = boxesFrom(0, part, fills ? filling : short, gap);
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

export function boxesFrom(
  x: number,
  ratios: readonly number[],
  height: number,
  gap: number,
): PhotoBox[] {
  let left = x;
  return ratios.map((ratio) => {
    const start = Math.round(left);
    left += ratio * height;
    const box = { x: start, width: Math.max(1, Math.round(left) - start) };
    left += gap;
    return box;
  });
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Rows below each other, with their places. */
export function stacked(rows: readonly Justified[], gap: number): Array<Justified & { y: number }> {
  let y = 0;
  return rows.map((row) => {
    const placed = { ...row, y };
    y += row.height + gap;
    return placed;
  });
}
