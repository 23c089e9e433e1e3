import { expect, it } from 'vitest';
import { fromMega, inMega } from './mega';

it.each([
  [null, null],
  [5, 5_000_000],
  [0.25, 250_000],
])('%j MB/s is %j B/s, and back', (shown, rate) => {
  expect(fromMega(shown)).toBe(rate);
  expect(inMega(rate)).toBe(shown);
});

it('lets no limit be nothing at all', () => {
  expect(fromMega(0)).toBe(1);
});
