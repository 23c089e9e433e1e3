import { expect, it } from 'vitest';
import { outline } from './qr';

it('draws every run of dark modules once', () => {
  const modules = [
    [true, true, false],
    [false, false, false],
    [true, false, true],
  ];
  expect(outline(modules)).toBe('M0 0h2v1H0zM0 2h1v1H0zM2 2h1v1H2z');
});
