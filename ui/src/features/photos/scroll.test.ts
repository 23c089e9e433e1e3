import { describe, expect, it } from 'vitest';
import {
  clampTop,
  indexAt,
  mustRest,
  offsetsOf,
  physicalHeight,
  restingPlace,
  treadmill,
} from './scroll';

const small = { height: 40_000, view: 800 };
/** About what a million photos need. */
const huge = { height: 46_000_000, view: 800 };

describe('the treadmill', () => {
  it('stays far below what engines can hold', () => {
    expect(physicalHeight(huge)).toBe(treadmill);
    expect(treadmill).toBeLessThan(16_000_000 / 4);
    expect(physicalHeight(small)).toBe(40_000);
  });

  it('runs one to one in a small library', () => {
    for (let top = 0; top <= 39_200; top += 700) expect(restingPlace(top, small)).toBe(top);
  });

  it('reaches both ends exactly', () => {
    expect(restingPlace(0, huge)).toBe(0);
    expect(restingPlace(huge.height - huge.view, huge)).toBe(treadmill - huge.view);
  });

  it('never moves against the grid, and always leaves room both ways', () => {
    let before = -1;
    for (let top = 0; top <= huge.height - huge.view; top += 31_337) {
      const place = restingPlace(top, huge);
      expect(place).toBeGreaterThanOrEqual(before);
      before = place;
      if (top > 2000) expect(place).toBeGreaterThan(1000);
      if (top < huge.height - 4000) expect(treadmill - huge.view - place).toBeGreaterThan(1000);
    }
  });

  it('is put back before it ends', () => {
    const middle = restingPlace(20_000_000, huge);
    expect(mustRest(middle, 20_000_000, huge)).toBe(false);
    expect(mustRest(middle + treadmill / 3, 20_000_000, huge)).toBe(true);
  });

  it('clamps', () => {
    expect(clampTop(-5, small)).toBe(0);
    expect(clampTop(1e9, small)).toBe(39_200);
    expect(clampTop(50, { height: 100, view: 800 })).toBe(0);
  });
});

describe('indexAt', () => {
  const offsets = offsetsOf([100, 0, 50, 200]);
  it.each([
    [-10, 0],
    [0, 0],
    [99, 0],
    [100, 2],
    [149, 2],
    [150, 3],
    [9999, 3],
  ])('%i lies in %i', (y, index) => {
    expect(indexAt(offsets, y)).toBe(index);
  });

  it('is 0 where there is nothing', () => {
    expect(indexAt(offsetsOf([]), 10)).toBe(0);
  });
});
