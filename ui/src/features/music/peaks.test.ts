import { describe, expect, it } from 'vitest';
import { resample } from './peaks';

describe('resample', () => {
  it('keeps the loudest of every stretch', () => {
    expect(resample([0, 100, 0, 0, 50, 0], 3)).toEqual([1, 0, 0.5]);
  });

  it('repeats where there are more bars than peaks', () => {
    expect(resample([10, 20], 4)).toEqual([0.5, 0.5, 1, 1]);
  });

  it('is a flat line without peaks, and in silence', () => {
    expect(resample([], 3)).toEqual([0, 0, 0]);
    expect(resample([0, 0], 2)).toEqual([0, 0]);
  });
});
