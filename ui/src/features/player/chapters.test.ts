import { expect, it } from 'vitest';
import { chapterAt, chapterStep } from './chapters';

const chapters = [0, 14, 33].map((start) => ({ start, title: String(start) }));

it.each([
  [0, '0'],
  [13.9, '0'],
  [14, '14'],
  [99, '33'],
])('at %d stands chapter %s', (time, title) => {
  expect(chapterAt(chapters, time)?.title).toBe(title);
});

it.each([
  [5, 1, 14],
  [13.8, 1, 33],
  [40, 1, null],
  [20, -1, 14],
  [15, -1, 0],
  [1, -1, 0],
] as const)('from %d in direction %d to %j', (time, direction, expected) => {
  expect(chapterStep(chapters, time, direction)).toBe(expected);
});

it('a film without chapters has nowhere to step', () => {
  expect(chapterAt([], 3)).toBeNull();
  expect(chapterStep([], 3, 1)).toBeNull();
  expect(chapterStep([], 3, -1)).toBeNull();
});
