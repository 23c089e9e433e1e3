// When a share ends by itself: the choices, and what they are as a moment.

export const ends = ['never', 'day', 'week', 'month', 'date'] as const;
export type End = (typeof ends)[number];

const dayMs = 86_400_000;

/**
 * The moment as Unix milliseconds, null for never; undefined while the date makes no sense. A date
 * counts to its last moment, by the clock of the person.
 */
export function endOf(end: End, date: string, now: number): number | null | undefined {
  switch (end) {
    case 'never':
      return null;
    case 'day':
      return now + dayMs;
    case 'week':
      return now + 7 * dayMs;
    case 'month':
      return monthLater(now);
    case 'date': {
      const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
      if (parts === null) return undefined;
      const [, year, month, day] = parts.map(Number);
      const moment = new Date(year ?? 0, (month ?? 1) - 1, day ?? 1, 23, 59, 59, 999).getTime();
      return moment > now ? moment : undefined;
    }
  }
}

/** The same day of the next month, or its last one where it has no such day. */
function monthLater(now: number): number {
  const later = new Date(now);
  const day = later.getDate();
  later.setMonth(later.getMonth() + 1);
  if (later.getDate() !== day) later.setDate(0);
  return later.getTime();
}

/** A day as a date field writes it. */
export function dayText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
