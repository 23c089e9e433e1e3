import { describe, expect, it } from 'vitest';
import { offsetsOf } from './scroll';
import { marksOf } from './scrubber';

const keys = (from: number, to: number): { key: string }[] => {
  const list: { key: string }[] = [];
  for (let year = from; year >= to; year -= 1) {
    for (let month = 12; month >= 1; month -= 1) {
      list.push({ key: `${String(year)}-${String(month).padStart(2, '0')}` });
    }
  }
  return list;
};

describe('marksOf', () => {
  it('names every year of a long library once, and never crowds', () => {
    const buckets = keys(2026, 2007);
    const marks = marksOf(buckets, offsetsOf(buckets.map(() => 4000)), 760);
    expect(marks.filter(({ kind }) => kind === 'year')).toHaveLength(20);
    for (const [at, mark] of marks.entries()) {
      const before = marks[at - 1];
      if (before !== undefined)
        expect((mark.share - before.share) * 760).toBeGreaterThanOrEqual(26);
    }
  });

  it('names months where there is room', () => {
    const buckets = keys(2026, 2026);
    const marks = marksOf(buckets, offsetsOf(buckets.map(() => 900)), 760);
    expect(marks.map(({ key }) => key)).toEqual([
      '2026',
      ...buckets.slice(1).map(({ key }) => key),
    ]);
  });

  it('leaves years out rather than piling them up', () => {
    const buckets = keys(2026, 1926);
    const marks = marksOf(buckets, offsetsOf(buckets.map(() => 10)), 500);
    expect(marks.length).toBeLessThan(21);
    expect(marks[0]?.key).toBe('2026');
  });

  it('counts a month in several buckets once', () => {
    const buckets = [{ key: '2026-06' }, { key: '2026-06#2' }, { key: '2026-05' }];
    const marks = marksOf(buckets, offsetsOf([9000, 9000, 9000]), 700);
    expect(marks.map(({ key }) => key)).toEqual(['2026', '2026-05']);
  });

  it('has nothing to say about nothing', () => {
    expect(marksOf([], offsetsOf([]), 700)).toEqual([]);
  });
});
