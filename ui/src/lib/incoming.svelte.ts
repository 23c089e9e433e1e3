// What the person is about to add: a drag over the window, or a pick. The drop sheet shows it.
import { platform, type Picked } from '$/platform';
import { handleError } from './toasts.svelte';

interface Incoming {
  hovering: boolean;
  picked: Picked | null;
  /** The album that gets what is added, when the drop happened in one. */
  albumId: string | null;
}

export const incoming = $state<Incoming>({ hovering: false, picked: null, albumId: null });

export function offer(picked: Picked | null, albumId: string | null = null): void {
  incoming.hovering = false;
  if (picked === null) return;
  incoming.picked = picked;
  incoming.albumId = albumId;
}

export function pickFiles(albumId: string | null = null): void {
  platform()
    .pickFiles()
    .then((picked) => offer(picked, albumId))
    .catch(handleError);
}

export function pickFolder(albumId: string | null = null): void {
  platform()
    .pickFolder()
    .then((picked) => offer(picked, albumId))
    .catch(handleError);
}
