// Chapters on the time line.

export interface Chapter {
  /** Seconds. */
  start: number;
  title: string;
}

export function chapterAt(chapters: readonly Chapter[], time: number): Chapter | null {
  return chapters.findLast((chapter) => chapter.start <= time) ?? null;
}

/** Where "next chapter" and "previous chapter" lead; back first returns to the current start. */
export function chapterStep(
  chapters: readonly Chapter[],
  time: number,
  direction: 1 | -1,
): number | null {
  if (direction === 1) return chapters.find((chapter) => chapter.start > time + 0.5)?.start ?? null;
  return (
    chapters.findLast((chapter) => chapter.start < time - 3)?.start ??
    (chapters.length > 0 ? 0 : null)
  );
}
