// The keyboard of the lightbox.
import type { Closer } from '$/lib/closer.svelte';

interface LightboxKeys {
  go: (step: 1 | -1) => void;
  end: (last: boolean) => void;
  closer: Closer;
  favourite: () => void;
  trash: () => void;
  facts: () => void;
  slideshow: () => void;
  close: () => void;
}

export function lightboxKeys(lightbox: LightboxKeys): (event: KeyboardEvent) => void {
  const { closer } = lightbox;
  const pan = 80;
  const side = (step: 1 | -1) => (): void => {
    if (closer.near) closer.panBy(-step * pan, 0);
    else lightbox.go(step);
  };
  const keys: Record<string, () => void> = {
    ArrowRight: side(1),
    ArrowLeft: side(-1),
    ArrowUp: () => closer.panBy(0, pan),
    ArrowDown: () => closer.panBy(0, -pan),
    Home: () => lightbox.end(false),
    End: () => lightbox.end(true),
    '+': () => closer.by(1.5),
    '=': () => closer.by(1.5),
    '-': () => closer.by(1 / 1.5),
    '0': () => closer.reset(),
    '1': () => {
      closer.reset();
      closer.toggle();
    },
    f: lightbox.favourite,
    i: lightbox.facts,
    s: lightbox.slideshow,
    ' ': lightbox.slideshow,
    Delete: lightbox.trash,
    Escape: () => {
      if (closer.near) closer.reset();
      else lightbox.close();
    },
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // The tooltip of a focused button takes Escape, too; that must not cost a second press.
    if (event.defaultPrevented && event.key !== 'Escape') return;
    const { target } = event;
    if (target instanceof Element) {
      if (target.closest('.menu, .dialog, .palette, input, textarea') !== null) return;
      if (event.key === ' ' && target.closest('button, a, video') !== null) return;
      if (target instanceof HTMLVideoElement && event.key.startsWith('Arrow')) return;
    }
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
}
