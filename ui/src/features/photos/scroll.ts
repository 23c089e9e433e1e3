// Scrolling through more pixels than a browser can hold. Engines cap an element at about
// 16.7 million px; a million photos need far more. So the grid has a position of its own
// (`top`, in virtual px), and the scroll box is a treadmill of modest height: near both ends
// it runs one to one with the grid, between them it is put back to its middle when it rests.

/** The height of the treadmill; far below every engine's limit. */
export const treadmill = 1_600_000;

export interface ScrollSpace {
  /** All of the grid, in virtual px. */
  height: number;
  /** What is seen at once. */
  view: number;
}

export function physicalHeight({ height }: ScrollSpace, cap = treadmill): number {
  return Math.min(Math.max(0, height), cap);
}

export function maxTop({ height, view }: ScrollSpace): number {
  return Math.max(0, height - view);
}

export function clampTop(top: number, space: ScrollSpace): number {
  return Math.min(maxTop(space), Math.max(0, top));
}

/** Where the scroll box should stand for a place in the grid. */
export function restingPlace(top: number, space: ScrollSpace, cap = treadmill): number {
  const place = clampTop(top, space);
  if (space.height <= cap) return place;
  const half = (cap - space.view) / 2;
  const left = maxTop(space) - place;
  if (place <= half) return place;
  if (left <= half) return cap - space.view - left;
  return half;
}

/** Whether the scroll box has come so near an end that it must be put back at once. */
export function mustRest(
  physical: number,
  top: number,
  space: ScrollSpace,
  cap = treadmill,
): boolean {
  const off = Math.abs(physical - restingPlace(top, space, cap));
  return space.height > cap ? off > cap / 4 : off > 60_000;
}

/** The first index whose end lies past `y`; `offsets` holds starts and, last, the end. */
export function indexAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle + 1] ?? Infinity) <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function offsetsOf(heights: readonly number[]): Float64Array {
  const offsets = new Float64Array(heights.length + 1);
  let y = 0;
  for (const [index, height] of heights.entries()) {
    offsets[index] = y;
    y += height;
  }
  offsets[heights.length] = y;
  return offsets;
}
