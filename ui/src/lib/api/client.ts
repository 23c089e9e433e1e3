// One way to ask the daemon, typed by the generated contract. Every request carries the
// session and an abort signal, and every failure is an ApiError.
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '$/bindings/api';
import type { Connection } from '$/platform';
import { ApiError, errorFrom, isAbort } from './errors';

let connected: { client: Client<paths>; connection: Connection } | undefined;

export function connect(connection: Connection): void {
  const client = createClient<paths>({ baseUrl: connection.api, fetch: send });
  connected = { client, connection };
}

export function client(): Client<paths> {
  if (connected === undefined) throw new ApiError('unreachable', 'not connected yet', 0);
  return connected.client;
}

/** The answer of a call that succeeded; failures were thrown before. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  // A failed call throws in `send`; what is left undefined is an empty answer.
  return (await call).data as T;
}

/** Where requests go and what they carry, for the one that is not made by fetch. */
export function requestBase(): Connection {
  if (connected === undefined) throw new ApiError('unreachable', 'not connected yet', 0);
  return connected.connection;
}

/** Opens a stream that is read by hand. */
export function openStream(path: string, signal: AbortSignal): Promise<Response> {
  const base = connected?.connection.api ?? location.origin;
  return send(new Request(`${base}${path}`, { signal }));
}

async function send(request: Request): Promise<Response> {
  const token = connected?.connection.token ?? null;
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(request, {
      cache: 'no-store',
      credentials: token === null ? 'same-origin' : 'omit',
    });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError('unreachable', 'the daemon does not answer', 0, null, null, { cause });
  }
  if (!response.ok) throw await errorFrom(response);
  return response;
}
