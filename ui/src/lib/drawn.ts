// Dates the first time something is on the screen, for whoever measures how long that took.

const dated = new Set<string>();

/** Sets the performance mark `name` once, after the frame that shows the current state of the page. */
export function markDrawn(name: string): void {
  if (dated.has(name)) return;
  dated.add(name);
  // The first callback runs before that frame is painted, the second after.
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark(name)));
}
