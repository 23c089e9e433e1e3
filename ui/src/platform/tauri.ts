// The desktop window. The only file that talks to the shell; every domain call goes over HTTP.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { getCurrentWindow } from '@tauri-apps/api/window';
import { open } from '@tauri-apps/plugin-dialog';
import { openUrl, revealItemInDir } from '@tauri-apps/plugin-opener';
import type { Connection, Opened, Picked, Platform } from './types';

export function tauriPlatform(): Platform {
  const fullscreenListeners = new Set<(on: boolean) => void>();
  return {
    kind: 'desktop',
    connection: () => invoke<Connection>('connection'),
    pickFiles: async () => asPicked(await open({ multiple: true, directory: false })),
    pickFolder: async () => asPicked(await open({ multiple: true, directory: true })),
    pickFolderPath: (title) => open({ multiple: false, directory: true, title }),
    onDrop: (handler) =>
      stopLater(
        getCurrentWebview().onDragDropEvent(({ payload }) => {
          if (payload.type === 'enter') handler({ type: 'enter' });
          else if (payload.type === 'leave') handler({ type: 'leave' });
          else if (payload.type === 'drop') {
            handler({ type: 'drop', picked: { kind: 'paths', paths: payload.paths } });
          }
        }),
      ),
    openExternal: (url) => openUrl(url),
    reveal: async (path) => {
      await revealItemInDir(path);
      return true;
    },
    onCloseQuestion: (handler) => stopLater(listen('close-question', () => handler())),
    answerClose: (choice, remember) => invoke('close_answer', { choice, remember }),
    onOpened: (handler) => {
      const fetch = async (): Promise<void> => {
        const opened = await invoke<Opened[]>('opened');
        if (opened.length > 0) handler(opened);
      };
      return stopLater(
        listen('opened', () => {
          void fetch();
        }).then(async (stop) => {
          await fetch();
          return stop;
        }),
      );
    },
    setFullscreen: async (on) => {
      await getCurrentWindow().setFullscreen(on);
      for (const listener of fullscreenListeners) listener(on);
    },
    onFullscreen: (handler) => {
      fullscreenListeners.add(handler);
      return () => fullscreenListeners.delete(handler);
    },
  };
}

function asPicked(chosen: string[] | string | null): Picked | null {
  if (chosen === null) return null;
  const paths = Array.isArray(chosen) ? chosen : [chosen];
  return paths.length === 0 ? null : { kind: 'paths', paths };
}

/** Listening starts later; stopping before that still stops. */
function stopLater(starting: Promise<() => void>): () => void {
  let stopped = false;
  let stop: (() => void) | undefined;
  void starting.then((made) => {
    if (stopped) made();
    else stop = made;
  });
  return () => {
    stopped = true;
    stop?.();
  };
}
