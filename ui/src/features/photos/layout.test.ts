import { describe, expect, it } from 'vitest';
import { justify, shownRatio, stacked } from '$/lib/justify';
import {
  carryOver,
  estimateBucket,
  layoutBucket,
  rowOf,
  rowsBetween,
  type BucketLayout,
  type GridOptions,
  type PhotoRow,
} from './layout';

const options: GridOptions = { width: 1100, target: 190, gap: 6, heading: 44, dayGap: 26 };

/** The same "random" ratios on every run. */
function ratiosOf(count: number, seed = 7): number[] {
  const shapes = [1.5, 1.5, 0.67, 1.33, 1.78, 1, 0.75, 2.4];
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return shapes[state % shapes.length] ?? 1;
  });
}

const photoRows = (layout: BucketLayout): PhotoRow[] =>
  layout.rows.filter((row) => row.kind === 'photos');

describe('justify', () => {
  it.each([1, 2, 3, 5, 8, 13, 50, 400, 2000])('places %i photos once each, in order', (count) => {
    const rows = justify(ratiosOf(count), options);
    expect(rows.reduce((total, row) => total + row.boxes.length, 0)).toBe(count);
    let next = 0;
    for (const row of rows) {
      expect(row.first).toBe(next);
      next += row.boxes.length;
    }
  });

  it('fills every row but the last to the edge, without overlaps', () => {
    const rows = justify(ratiosOf(300), options);
    for (const [at, row] of rows.entries()) {
      const last = row.boxes.at(-1);
      const right = (last?.x ?? 0) + (last?.width ?? 0);
      if (at < rows.length - 1) expect(right).toBe(options.width);
      expect(right).toBeLessThanOrEqual(options.width);
      for (const [index, box] of row.boxes.entries()) {
        const before = row.boxes[index - 1];
        if (before !== undefined) {
          expect(Math.abs(box.x - before.x - before.width - options.gap)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it('keeps rows near the target height', () => {
    for (const row of justify(ratiosOf(500), options)) {
      expect(row.height).toBeGreaterThan(options.target * 0.6);
      expect(row.height).toBeLessThan(options.target * 1.4);
    }
  });

  it('is deterministic', () => {
    expect(justify(ratiosOf(200), options)).toEqual(justify(ratiosOf(200), options));
  });

  it('lays out 2,000 photos within a frame or two', () => {
    const ratios = ratiosOf(2000);
    const start = performance.now();
    justify(ratios, options);
    expect(performance.now() - start).toBeLessThan(60);
  });
});

describe('layoutBucket', () => {
  it('puts short days side by side and gives long days their own band', () => {
    const layout = layoutBucket(
      [
        { day: '2026-06-14', ratios: ratiosOf(31) },
        { day: '2026-06-13', ratios: [1.5] },
        { day: '2026-06-12', ratios: [0.67, 1.5] },
      ],
      options,
    );
    const headings = layout.rows.filter((row) => row.kind === 'heading');
    expect(headings.map((row) => row.days.map(({ day }) => day))).toEqual([
      ['2026-06-14'],
      ['2026-06-13', '2026-06-12'],
    ]);
    expect(headings[1]?.days.map(({ first }) => first)).toEqual([31, 32]);
  });

  it('never goes past the width and never lets rows overlap', () => {
    const days = Array.from({ length: 60 }, (_, day) => ({
      day: `d${String(day)}`,
      ratios: ratiosOf((day * 7) % 23, day),
    }));
    for (const width of [320, 700, 1100, 2400]) {
      const layout = layoutBucket(days, { ...options, width });
      let bottom = 0;
      for (const row of layout.rows) {
        expect(row.y).toBeGreaterThanOrEqual(bottom);
        bottom = row.y + row.height;
      }
      for (const row of photoRows(layout)) {
        const last = row.boxes.at(-1);
        expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(width + 1);
      }
      expect(layout.height).toBeGreaterThanOrEqual(bottom);
    }
  });

  it('has no rows for nothing', () => {
    expect(layoutBucket([], options)).toEqual({ height: 0, rows: [] });
  });

  it('tames broken and extreme ratios', () => {
    expect(shownRatio(Number.NaN)).toBe(1);
    expect(shownRatio(0)).toBe(1);
    expect(shownRatio(1e9)).toBeLessThan(4);
    expect(shownRatio(1e-9)).toBeGreaterThan(0.4);
  });
});

describe('estimateBucket', () => {
  it('comes close to what the photos then need', () => {
    const days = [40, 3, 2, 120, 1, 9].map((count, at) => ({
      day: String(at),
      ratios: ratiosOf(count, at),
    }));
    const real = layoutBucket(days, options);
    const all = days.flatMap(({ ratios }) => ratios);
    const mean = all.reduce((total, ratio) => total + ratio, 0) / all.length;
    const guessed = estimateBucket(
      days.map(({ day, ratios }) => ({ day, count: ratios.length })),
      options,
      mean,
    );
    expect(Math.abs(guessed.height / real.height - 1)).toBeLessThan(0.2);
  });
});

describe('carryOver', () => {
  const days = [
    { day: 'a', ratios: ratiosOf(30) },
    { day: 'b', ratios: ratiosOf(25) },
    { day: 'c', ratios: ratiosOf(40) },
  ];
  const real = layoutBucket(days, options);
  const guessed = estimateBucket(
    days.map(({ day, ratios }) => ({ day, count: ratios.length })),
    options,
    1.9,
  );
  const headingY = (layout: BucketLayout, day: string): number =>
    layout.rows.find((row) => row.kind === 'heading' && row.days[0]?.day === day)?.y ?? -1;

  it.each(['a', 'b', 'c'])('keeps day %s where it was', (day) => {
    expect(carryOver(guessed, real, headingY(guessed, day))).toBe(headingY(real, day));
  });

  it('stays within the bucket', () => {
    for (let y = 0; y < guessed.height; y += 50) {
      const next = carryOver(guessed, real, y);
      expect(next).toBeGreaterThanOrEqual(0);
      expect(next).toBeLessThanOrEqual(real.height);
    }
  });
});

describe('looking things up', () => {
  const layout = layoutBucket([{ day: 'a', ratios: ratiosOf(500) }], options);

  it('finds the rows on the screen and no others', () => {
    const rows = rowsBetween(layout, 3000, 3900);
    expect(rows.length).toBeLessThan(10);
    expect(rows[0]?.y).toBeLessThanOrEqual(3000);
    expect((rows.at(-1)?.y ?? 0) + (rows.at(-1)?.height ?? 0)).toBeGreaterThanOrEqual(3900);
  });

  it('finds the row of every photo', () => {
    for (let index = 0; index < 500; index += 1) {
      const row = rowOf(layout, index);
      expect(row).not.toBeNull();
      expect(index).toBeGreaterThanOrEqual(row?.first ?? Infinity);
    }
    expect(rowOf(layout, 500)).toBeNull();
  });
});

describe('rows below each other', () => {
  it('have their places and hold every photo once', () => {
    const rows = stacked(justify(ratiosOf(400), options), options.gap);
    for (const [at, row] of rows.entries()) {
      const above = rows[at - 1];
      expect(row.y).toBe(above === undefined ? 0 : above.y + above.height + options.gap);
    }
    expect(rows.flatMap(({ boxes }) => boxes)).toHaveLength(400);
  });
});
