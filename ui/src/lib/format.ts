// Sizes, times, dates and counts as people read them: the one place where numbers become text.
import { localeTag, t } from '$/i18n/index.svelte';

const formatters = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const tag = localeTag();
  const key = `n:${tag}:${JSON.stringify(options)}`;
  const found = formatters.get(key);
  if (found instanceof Intl.NumberFormat) return found;
  const made = new Intl.NumberFormat(tag, options);
  formatters.set(key, made);
  return made;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const tag = localeTag();
  const key = `d:${tag}:${JSON.stringify(options)}`;
  const found = formatters.get(key);
  if (found instanceof Intl.DateTimeFormat) return found;
  const made = new Intl.DateTimeFormat(tag, options);
  formatters.set(key, made);
  return made;
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Bytes in decimal units, as disks and file managers count: 1 kB is 1000 bytes. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let step = 0;
  while (value >= 999.5 && step < byteUnits.length - 1) {
    value /= 1000;
    step += 1;
  }
  if (step === 0) return `${number({}).format(Math.round(value))}\u00A0B`;
  const digits = value >= 100 || (value >= 10 && step < 3) ? 0 : 1;
  return number({
    style: 'unit',
    unit: byteUnits[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

export function formatRate(bytesPerSecond: number): string {
  return t('format.rate', { size: formatBytes(bytesPerSecond) });
}

export function formatBitrate(bitsPerSecond: number): string {
  const mega = bitsPerSecond >= 1_000_000;
  return number({
    style: 'unit',
    unit: mega ? 'megabit-per-second' : 'kilobit-per-second',
    maximumFractionDigits: mega ? 1 : 0,
  }).format(bitsPerSecond / (mega ? 1_000_000 : 1000));
}

/** A running time in words: "1 h 46 min", "14 min", "38 s". */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t('format.seconds', { seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('format.minutes', { minutes });
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (rest === 0) return t('format.hours', { hours });
  return t('format.hoursMinutes', { hours, minutes: rest });
}

/** A position on a clock: "42:10", "1:02:03". */
export function formatClock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  if (hours === 0) return `${String(minutes)}:${seconds}`;
  return `${String(hours)}:${String(minutes).padStart(2, '0')}:${seconds}`;
}

export function formatCount(count: number): string {
  return number({}).format(count);
}

/** A share of one as a percentage; never rounds an unfinished thing up to 100 %. */
export function formatPercent(share: number): string {
  const capped = share < 1 ? Math.min(share, 0.99) : 1;
  return number({ style: 'percent', maximumFractionDigits: 0 }).format(Math.max(0, capped));
}

/** A scale as a percentage, which may be more than all of it: "250 %". */
export function formatScale(scale: number): string {
  return number({ style: 'percent', maximumFractionDigits: 0 }).format(scale);
}

export function formatNumber(value: number, maximumFractionDigits = 1): string {
  return number({ maximumFractionDigits }).format(value);
}

/** A calendar day ("2024-06-14") as a heading; the year only when it is not this one. */
export function formatDay(day: string, now = new Date()): string {
  const date = parseDay(day);
  if (date === null) return day;
  // Apart, since some languages set a comma only when there is a year.
  return t('format.day', {
    weekday: dates({ weekday: 'long' }).format(date),
    date: dates({ day: 'numeric', month: 'long', ...yearOf(date, now) }).format(date),
  });
}

/** A calendar day where there is little room: "Sat, 14 Jun", and "14 Jun 2024" of another year. */
export function formatShortDay(day: string, now = new Date()): string {
  const date = parseDay(day);
  if (date === null) return day;
  const year = yearOf(date, now);
  const short = dates({ day: 'numeric', month: 'short', ...year }).format(date);
  if (year.year !== undefined) return short;
  return t('format.day', { weekday: dates({ weekday: 'short' }).format(date), date: short });
}

function yearOf(date: Date, now: Date): { year?: 'numeric' } {
  return date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' };
}

/** A month key ("2024-06" or "2024-06#1") in words. */
export function formatMonth(key: string, style: 'long' | 'short' = 'long'): string {
  const date = parseDay(`${key.slice(0, 7)}-01`);
  if (date === null) return key;
  return dates({ month: style, ...(style === 'long' ? { year: 'numeric' } : {}) }).format(date);
}

/** A month key without its year: "Jun". */
export function formatShortMonth(key: string): string {
  return formatMonth(key, 'short');
}

export function formatDate(ms: number): string {
  return dates({ day: 'numeric', month: 'long', year: 'numeric' }).format(ms);
}

export function formatDateTime(ms: number): string {
  return dates({ dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

/** "18:04", by the clock of this computer. */
export function formatTimeOfDay(ms: number): string {
  return dates({ timeStyle: 'short' }).format(ms);
}

/** A local time as the camera wrote it ("2024-06-14T19:02:11"), shown without moving it. */
export function formatLocalTime(text: string): string {
  const date = new Date(`${text.slice(0, 19)}Z`);
  if (Number.isNaN(date.getTime())) return text;
  return dates({ dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' }).format(date);
}

/** When a photo was taken, by the clock of its camera: never moved to another time zone. */
export function formatTaken(localMs: number): string {
  return dates({ dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(localMs);
}

function parseDay(day: string): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(day);
  if (parts === null) return null;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
}

/** A list in words: "a, b and c". */
export function formatList(parts: readonly string[]): string {
  return new Intl.ListFormat(localeTag(), { type: 'conjunction' }).format(parts);
}

/** The name of a language code in the person's own language. */
export function formatLanguage(code: string): string {
  try {
    return new Intl.DisplayNames(localeTag(), { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}
