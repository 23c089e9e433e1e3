// Files on their way from a browser to the daemon. They lie in its staging folder until all
// have arrived; then the import starts. Closing the page ends an upload, so the page asks first.
import { api, type ImportRequest } from '$/lib/api';
import { putFile } from '$/lib/api/upload';
import type { PickedFile } from '$/platform';
import { isAbort } from './api';
import { distinct } from './distinct';
import { handleError } from './toasts.svelte';

export interface Upload {
  id: number;
  title: string;
  filesTotal: number;
  filesDone: number;
  bytesTotal: number;
  bytesDone: number;
  bytesPerSecond: number;
  current: string;
  cancel: () => void;
}

let nextId = 1;

class Uploads {
  list = $state<Upload[]>([]);

  /** Sends the files, one after the other, then starts the import. */
  async send(files: readonly PickedFile[], request: ImportRequest): Promise<void> {
    const stop = new AbortController();
    const upload = $state<Upload>({
      id: nextId++,
      title: files[0]?.path ?? '',
      filesTotal: files.length,
      filesDone: 0,
      bytesTotal: files.reduce((sum, { file }) => sum + file.size, 0),
      bytesDone: 0,
      bytesPerSecond: 0,
      current: '',
      cancel: () => stop.abort(),
    });
    this.list = [...this.list, upload];
    window.addEventListener('beforeunload', warn);
    let uploadId: string | undefined;
    try {
      ({ uploadId } = await api.startUpload());
      await this.#sendAll(uploadId, files, upload, stop.signal);
      await api.startImport({ ...request, uploadId });
    } catch (error) {
      if (uploadId !== undefined) await api.dropUpload(uploadId).catch(() => undefined);
      if (!isAbort(error)) handleError(error);
    } finally {
      this.list = this.list.filter((other) => other.id !== upload.id);
      if (this.list.length === 0) window.removeEventListener('beforeunload', warn);
    }
  }

  async #sendAll(
    uploadId: string,
    files: readonly PickedFile[],
    upload: Upload,
    signal: AbortSignal,
  ): Promise<void> {
    const started = performance.now();
    let before = 0;
    const paths = distinct(files.map(({ path }) => path));
    for (const [index, { file }] of files.entries()) {
      const path = paths[index] ?? file.name;
      upload.current = path;
      await putFile(uploadId, path, file, signal, (sent) => {
        upload.bytesDone = before + sent;
        const seconds = (performance.now() - started) / 1000;
        upload.bytesPerSecond = seconds < 0.5 ? 0 : upload.bytesDone / seconds;
      });
      before += file.size;
      upload.bytesDone = before;
      upload.filesDone += 1;
    }
  }
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export const uploads = new Uploads();
