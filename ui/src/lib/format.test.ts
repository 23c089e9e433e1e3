import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatDay,
  formatDuration,
  formatList,
  formatMonth,
  formatPercent,
  formatRate,
  formatShortDay,
} from './format';

const spaces = (text: string) => text.replace(/\u00A0|\u202F/g, ' ');

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [1_840_000, '1.8 MB'],
    [48_000_000, '48 MB'],
    [41_200_000_000, '41.2 GB'],
    [412_000_000_000, '412 GB'],
    [1.5e12, '1.5 TB'],
    [-5, '0 B'],
  ])('%d is %s', (bytes, expected) => {
    expect(spaces(formatBytes(bytes))).toBe(expected);
  });
});

it('a rate is a size a second', () => {
  expect(spaces(formatRate(142_000_000))).toBe('142 MB/s');
});

it.each([
  [0, '0 s'],
  [38_400, '38 s'],
  [59_600, '1 min'],
  [14 * 60_000, '14 min'],
  [59.6 * 60_000, '1 h'],
  [106 * 60_000, '1 h 46 min'],
  [120 * 60_000, '2 h'],
])('%d ms last %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

it.each([
  [0, '0:00'],
  [9_999, '0:09'],
  [42 * 60_000 + 10_000, '42:10'],
  [3_723_000, '1:02:03'],
  [-1, '0:00'],
])('%d ms stand at %s', (ms, expected) => {
  expect(formatClock(ms)).toBe(expected);
});

it.each([
  [0, '0%'],
  [0.625, '63%'],
  [0.999, '99%'],
  [1, '100%'],
])('the share %d is %s: what is not done is never 100 %%', (share, expected) => {
  expect(formatPercent(share)).toBe(expected);
});

it('a day names its year only when it is another one', () => {
  const now = new Date(2026, 10, 23);
  expect(formatDay('2026-06-14', now)).toBe('Sunday, 14 June');
  expect(formatDay('2024-06-14', now)).toBe('Friday, 14 June 2024');
  expect(formatDay('not a day', now)).toBe('not a day');
});

it('a day where there is little room leaves out what matters least', () => {
  const now = new Date(2026, 10, 23);
  expect(formatShortDay('2026-06-14', now)).toBe('Sun, 14 Jun');
  expect(formatShortDay('2024-06-14', now)).toBe('14 Jun 2024');
});

it('a month key may carry a part number', () => {
  expect(formatMonth('2024-06#1')).toBe('June 2024');
});

it('a list reads as a sentence', () => {
  expect(formatList(['12 photos', '2 videos', '1 track'])).toBe('12 photos, 2 videos and 1 track');
});
