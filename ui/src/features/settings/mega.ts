// Rates are bytes a second for the daemon, and megabytes a second for people.

const mega = 1_000_000;

export function inMega(rate: number | null): number | null {
  return rate === null ? null : Math.round((rate / mega) * 1000) / 1000;
}

/** At least one byte: a limit of nothing would be a network that is on and does nothing. */
export function fromMega(value: number | null): number | null {
  return value === null ? null : Math.max(1, Math.round(value * mega));
}
