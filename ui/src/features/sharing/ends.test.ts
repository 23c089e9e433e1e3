import { describe, expect, it } from 'vitest';
import { dayText, endOf } from './ends';

const now = new Date(2026, 0, 31, 10).getTime();
const day = 86_400_000;

describe('endOf', () => {
  it('counts from now', () => {
    expect(endOf('never', '', now)).toBeNull();
    expect(endOf('day', '', now)).toBe(now + day);
    expect(endOf('week', '', now)).toBe(now + 7 * day);
  });

  it('takes the last day of a month that is shorter', () => {
    expect(endOf('month', '', now)).toBe(new Date(2026, 1, 28, 10).getTime());
  });

  it('lets a date end with its day, today included', () => {
    expect(endOf('date', '2026-01-31', now)).toBe(new Date(2026, 0, 31, 23, 59, 59, 999).getTime());
  });

  it.each(['', 'tomorrow', '2026-01-30'])('knows no end for %j', (text) => {
    expect(endOf('date', text, now)).toBeUndefined();
  });
});

it('writes a day as a date field does', () => {
  expect(dayText(now)).toBe('2026-01-31');
});
