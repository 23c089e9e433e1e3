// Places in the sequence of all photos, and the stretches between two of them. Buckets that
// were never fetched take part by their counts alone.

/** A photo by its bucket and its index in it. */
export interface Place {
  bucket: number;
  index: number;
}

/** A stretch of one bucket, `from` and `to` included. */
export interface Stretch {
  bucket: number;
  from: number;
  to: number;
}

export function compare(a: Place, b: Place): number {
  return a.bucket - b.bucket || a.index - b.index;
}

/** Everything from one place to another, in either direction, ends included. */
export function between(a: Place, b: Place, counts: readonly number[]): Stretch[] {
  const [first, last] = compare(a, b) <= 0 ? [a, b] : [b, a];
  const stretches: Stretch[] = [];
  for (let bucket = first.bucket; bucket <= last.bucket; bucket += 1) {
    const from = bucket === first.bucket ? first.index : 0;
    const to = Math.min(bucket === last.bucket ? last.index : Infinity, (counts[bucket] ?? 0) - 1);
    if (to >= from) stretches.push({ bucket, from, to });
  }
  return stretches;
}

/** The place `step` photos further on (or back), or null past the ends. */
export function move(place: Place, step: number, counts: readonly number[]): Place | null {
  let { bucket } = place;
  let index = place.index + step;
  while (index < 0) {
    bucket -= 1;
    if (bucket < 0) return null;
    index += counts[bucket] ?? 0;
  }
  while (index >= (counts[bucket] ?? 0)) {
    index -= counts[bucket] ?? 0;
    bucket += 1;
    if (bucket >= counts.length) return null;
  }
  return { bucket, index };
}

/** How many photos come before a place. */
export function ordinal(place: Place, counts: readonly number[]): number {
  let total = place.index;
  for (let bucket = 0; bucket < place.bucket; bucket += 1) total += counts[bucket] ?? 0;
  return total;
}
