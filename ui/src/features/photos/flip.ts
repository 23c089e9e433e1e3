// Lets the picture grow out of its thumbnail, and shrink back into it.

const ms = 180;

export function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Animates between the place of the thumbnail and where the frame stands now. */
export async function flip(
  frame: HTMLElement,
  thumbnail: Element,
  direction: 'open' | 'close',
): Promise<void> {
  if (isStill()) return;
  const from = thumbnail.getBoundingClientRect();
  const to = frame.getBoundingClientRect();
  if (from.width === 0 || to.width === 0) return;
  const scale = from.width / to.width;
  const x = from.left + from.width / 2 - (to.left + to.width / 2);
  const y = from.top + from.height / 2 - (to.top + to.height / 2);
  const small = {
    transform: `translate(${String(x)}px, ${String(y)}px) scale(${String(scale)})`,
  };
  const large = { transform: getComputedStyle(frame).transform };
  const animation = frame.animate(direction === 'open' ? [small, large] : [large, small], {
    duration: ms,
    easing: 'cubic-bezier(0.2, 0, 0, 1)',
    fill: direction === 'open' ? 'none' : 'forwards',
  });
  await animation.finished.catch(() => undefined);
}
