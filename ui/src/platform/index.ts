// Chooses the host once, at start. The desktop part is loaded only inside the window.
import { browserPlatform } from './browser';
import type { Platform } from './types';

export type * from './types';

let chosen: Platform | undefined;

export async function startPlatform(): Promise<Platform> {
  chosen =
    '__TAURI_INTERNALS__' in window ? (await import('./tauri')).tauriPlatform() : browserPlatform();
  return chosen;
}

/** The host of the page. Only after `startPlatform`. */
export function platform(): Platform {
  if (chosen === undefined) throw new Error('platform() before startPlatform()');
  return chosen;
}
