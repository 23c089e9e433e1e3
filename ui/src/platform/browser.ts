// A browser on the headless daemon: same origin, a cookie for the session, files without paths.
import type { DropEvent, Picked, PickedFile, Platform } from './types';

export function browserPlatform(): Platform {
  return {
    kind: 'browser',
    connection: () => Promise.resolve({ api: location.origin, token: null, media: null }),
    pickFiles: () => pick(false),
    pickFolder: () => pick(true),
    pickFolderPath: () => Promise.resolve(null),
    onDrop,
    openExternal: (url) => {
      window.open(url, '_blank', 'noopener,noreferrer');
      return Promise.resolve();
    },
    reveal: () => Promise.resolve(false),
    onCloseQuestion: () => () => undefined,
    answerClose: () => Promise.resolve(),
    onOpened: () => () => undefined,
    setFullscreen: async (on, element) => {
      if (on) await element.requestFullscreen();
      else if (document.fullscreenElement !== null) await document.exitFullscreen();
    },
    onFullscreen: (handler) => {
      const listen = (): void => handler(document.fullscreenElement !== null);
      document.addEventListener('fullscreenchange', listen);
      return () => document.removeEventListener('fullscreenchange', listen);
    },
  };
}

function pick(folder: boolean): Promise<Picked | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = folder;
    input.addEventListener('cancel', () => resolve(null));
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])].map((file) => ({
        path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
        file,
      }));
      resolve(files.length === 0 ? null : { kind: 'files', files });
    });
    input.click();
  });
}

function onDrop(handler: (event: DropEvent) => void): () => void {
  let depth = 0;
  const carriesFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  const enter = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    if (depth === 1) handler({ type: 'enter' });
  };
  const over = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
  };
  const leave = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) handler({ type: 'leave' });
  };
  const drop = (event: DragEvent): void => {
    if (!carriesFiles(event) || event.dataTransfer === null) return;
    event.preventDefault();
    depth = 0;
    // All must be taken now: the transfer is emptied when this handler returns.
    const entries: FileSystemEntry[] = [];
    const loose: PickedFile[] = [];
    for (const item of event.dataTransfer.items) {
      const entry = item.webkitGetAsEntry();
      const file = item.getAsFile();
      if (entry !== null) entries.push(entry);
      else if (file !== null) loose.push({ path: file.name, file });
    }
    void collect(entries).then((collected) => {
      const files = [...collected, ...loose];
      if (files.length === 0) handler({ type: 'leave' });
      else handler({ type: 'drop', picked: { kind: 'files', files } });
    });
  };
  window.addEventListener('dragenter', enter);
  window.addEventListener('dragover', over);
  window.addEventListener('dragleave', leave);
  window.addEventListener('drop', drop);
  return () => {
    window.removeEventListener('dragenter', enter);
    window.removeEventListener('dragover', over);
    window.removeEventListener('dragleave', leave);
    window.removeEventListener('drop', drop);
  };
}

async function collect(entries: FileSystemEntry[]): Promise<PickedFile[]> {
  const files: PickedFile[] = [];
  const waiting = [...entries];
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (isDirectory(entry)) waiting.push(...(await children(entry)));
    else if (isFile(entry)) {
      const file = await fileOf(entry);
      if (file !== null) files.push({ path: entry.fullPath.replace(/^\//, ''), file });
    }
  }
  return files;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function fileOf(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((resolve) => {
    entry.file(resolve, () => resolve(null));
  });
}

/** All children; `readEntries` hands them out in batches until an empty one. */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => resolve([]));
    });
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}
