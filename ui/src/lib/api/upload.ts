// Sends one file with progress. The one request that is not made by fetch: fetch cannot
// tell how much of a body has left.
import { requestBase } from './client';
import { ApiError, errorFrom } from './errors';

export function putFile(
  uploadId: string,
  path: string,
  file: Blob,
  signal: AbortSignal,
  onsent: (bytes: number) => void,
): Promise<void> {
  const { api, token } = requestBase();
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ path });
  request.open('PUT', `${api}/api/app/uploads/${uploadId}/file?${query.toString()}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`);
  request.upload.addEventListener('progress', (event) => onsent(event.loaded));
  const stop = (): void => request.abort();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<void>((resolve, reject) => {
    request.addEventListener('load', () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve();
      else errorFrom(new Response(responseText, { status })).then(reject, reject);
    });
    request.addEventListener('error', () =>
      reject(new ApiError('unreachable', 'the upload broke off', 0)),
    );
    request.addEventListener('abort', () =>
      reject(new DOMException('the upload was cancelled', 'AbortError')),
    );
    if (signal.aborted) reject(new DOMException('the upload was cancelled', 'AbortError'));
    else request.send(file);
  }).finally(() => signal.removeEventListener('abort', stop));
}
