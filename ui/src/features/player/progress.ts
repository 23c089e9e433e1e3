// When and what to remember of how far a person watched.
import type { ItemProgress } from '$/lib/api';

const saveEverySeconds = 5;
/** Less than this is a look, not a viewing; this close to the end, start over. */
const shortest = 5;

/** Where to begin, in seconds: asked for in the address, or where the person left. */
export function startAt(asked: string | null, progress: ItemProgress | null): number {
  if (asked !== null && /^\d+(\.\d+)?$/.test(asked)) return Number(asked);
  if (progress === null || progress.finished) return 0;
  const at = progress.positionMs / 1000;
  return progress.durationMs / 1000 - at < shortest ? 0 : at;
}

export interface Moment {
  positionMs: number;
  durationMs: number;
}

/** Decides which moments are worth a save, so that the daemon hears of it every few seconds only. */
export class ProgressKeeper {
  #saved: number | null = null;

  constructor(readonly save: (moment: Moment) => void) {}

  /** Called as time passes. */
  passed(time: number, duration: number): void {
    this.#saved ??= time;
    if (Math.abs(time - this.#saved) >= saveEverySeconds) this.keep(time, duration);
  }

  /** Called at a pause, a seek, the end, or when leaving. */
  keep(time: number, duration: number): void {
    if (duration <= 0 || this.#saved === null || time === this.#saved) return;
    this.#saved = time;
    this.save({ positionMs: Math.round(time * 1000), durationMs: Math.round(duration * 1000) });
  }
}
