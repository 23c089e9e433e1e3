// How loud a track is, in as many bars as there is room for.

/** The loudest of each stretch, 0 to 1, the loudest of all being 1. Without peaks: a flat line. */
export function resample(peaks: readonly number[], count: number): number[] {
  if (peaks.length === 0) return Array.from({ length: count }, () => 0);
  const bars = Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / count));
    return Math.max(...peaks.slice(from, to));
  });
  const loudest = Math.max(1, ...bars);
  return bars.map((peak) => Math.max(0, peak) / loudest);
}
