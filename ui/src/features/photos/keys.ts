// The keyboard of the grid: arrows walk, Enter opens (it is a link), Space chooses, with Shift a
// range; F likes, Delete throws away, Escape lets go of everything.
import type { Photo } from '$/lib/api';
import { handleError } from '$/lib/toasts.svelte';
import type { PhotoGridModel } from './grid.svelte';
import type { Place } from './ranges';
import type { Selection } from './selection.svelte';

interface GridKeys {
  model: () => PhotoGridModel;
  selection: () => Selection;
  cursor: () => Place;
  focusOn: (place: Place) => void;
  onfavourite: (photos: readonly Photo[]) => void;
  ontrash: (ids: readonly string[]) => void;
}

export function gridKeys(grid: GridKeys): (event: KeyboardEvent) => void {
  const step = (event: KeyboardEvent, to: Place | null): void => {
    if (to === null) return;
    grid.focusOn(to);
    if (event.shiftKey) grid.selection().extendTo(to).catch(handleError);
  };
  const first = (): Place | null => grid.model().source.next({ bucket: 0, index: -1 }, 1);
  const last = (): Place | null => {
    const { buckets } = grid.model().source;
    return grid.model().source.next({ bucket: buckets.length, index: 0 }, -1);
  };
  const moves: Record<string, () => Place | null> = {
    ArrowRight: () => grid.model().source.next(grid.cursor(), 1),
    ArrowLeft: () => grid.model().source.next(grid.cursor(), -1),
    ArrowDown: () => grid.model().vertical(grid.cursor(), true),
    ArrowUp: () => grid.model().vertical(grid.cursor(), false),
    Home: first,
    End: last,
    PageDown: () => page(grid.model(), grid.cursor(), 1),
    PageUp: () => page(grid.model(), grid.cursor(), -1),
  };
  /** What an act is about: the chosen photos, or the one in focus. */
  const meant = (): string[] => {
    const chosen = [...grid.selection().ids];
    const here = grid.model().source.at(grid.cursor());
    return chosen.length > 0 ? chosen : here === undefined ? [] : [here.id];
  };
  const acts: Record<string, (event: KeyboardEvent) => boolean> = {
    ' ': (event) => {
      if (event.target instanceof HTMLButtonElement) return false;
      if (event.shiftKey) grid.selection().extendTo(grid.cursor()).catch(handleError);
      else grid.selection().toggle(grid.cursor());
      return true;
    },
    Escape: () => {
      if (grid.selection().size === 0) return false;
      grid.selection().clear();
      return true;
    },
    f: () => {
      const photo = grid.model().source.at(grid.cursor());
      if (photo !== undefined) grid.onfavourite([photo]);
      return true;
    },
    Delete: () => {
      grid.ontrash(meant());
      return true;
    },
  };
  return (event) => {
    if (event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== 'a') return;
      event.preventDefault();
      const [from, to] = [first(), last()];
      if (from === null || to === null) return;
      const { source } = grid.model();
      source
        .idsBetween(from, to)
        .then((ids) => grid.selection().setAll(ids, true))
        .catch(handleError);
      return;
    }
    const moving = moves[event.key];
    if (moving !== undefined) {
      event.preventDefault();
      step(event, moving());
    } else if (acts[event.key]?.(event) === true) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

/** A screen further: row after row, so that the column stays. */
function page(model: PhotoGridModel, from: Place, direction: 1 | -1): Place {
  const start = model.boxAt(from)?.y ?? 0;
  let place = from;
  for (let next: Place | null = place; next !== null;) {
    next = model.vertical(place, direction === 1);
    const y = next === null ? start : (model.boxAt(next)?.y ?? start);
    if (next === null || Math.abs(y - start) > model.view * 0.85) break;
    place = next;
  }
  return place;
}
