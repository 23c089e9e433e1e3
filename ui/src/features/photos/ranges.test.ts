import { describe, expect, it } from 'vitest';
import { between, compare, move, ordinal } from './ranges';

const counts = [3, 0, 2000, 5];

describe('between', () => {
  it('takes one photo for equal ends', () => {
    const place = { bucket: 2, index: 7 };
    expect(between(place, place, counts)).toEqual([{ bucket: 2, from: 7, to: 7 }]);
  });

  it('goes across buckets, in either direction, past empty ones', () => {
    const a = { bucket: 0, index: 1 };
    const b = { bucket: 3, index: 2 };
    const expected = [
      { bucket: 0, from: 1, to: 2 },
      { bucket: 2, from: 0, to: 1999 },
      { bucket: 3, from: 0, to: 2 },
    ];
    expect(between(a, b, counts)).toEqual(expected);
    expect(between(b, a, counts)).toEqual(expected);
  });

  it('does not reach past a bucket that has shrunk', () => {
    expect(between({ bucket: 0, index: 0 }, { bucket: 0, index: 9 }, counts)).toEqual([
      { bucket: 0, from: 0, to: 2 },
    ]);
  });
});

describe('move', () => {
  it.each([
    [{ bucket: 0, index: 0 }, 1, { bucket: 0, index: 1 }],
    [{ bucket: 0, index: 2 }, 1, { bucket: 2, index: 0 }],
    [{ bucket: 2, index: 0 }, -1, { bucket: 0, index: 2 }],
    [{ bucket: 3, index: 4 }, 1, null],
    [{ bucket: 0, index: 0 }, -1, null],
    [{ bucket: 0, index: 0 }, 2007, { bucket: 3, index: 4 }],
  ])('%j by %i is %j', (from, step, to) => {
    expect(move(from, step, counts)).toEqual(to);
  });

  it('agrees with the order of all photos', () => {
    let place = { bucket: 0, index: 0 };
    for (let at = 0; at < 2008; at += 1) {
      expect(ordinal(place, counts)).toBe(at);
      const next = move(place, 1, counts);
      if (next === null) break;
      expect(compare(place, next)).toBeLessThan(0);
      place = next;
    }
    expect(place).toEqual({ bucket: 3, index: 4 });
  });
});
