// The live line to the daemon: connects, stays connected, and hands out typed events.
import { openStream } from './client';
import { isAbort } from './errors';
import { EventParser } from './sse';
import type { ItemIdsEvent, ItemsAddedEvent, JobEvent } from './types';

export type LiveEvent =
  | ({ name: 'jobProgress' | 'jobFinished' } & JobEvent)
  | ({ name: 'itemsAdded' } & ItemsAddedEvent)
  | ({ name: 'itemsChanged' | 'itemsRemoved' | 'previewReady' } & ItemIdsEvent)
  | {
      name: 'settingsChanged' | 'storageChanged' | 'sharesChanged' | 'networkChanged' | 'lagged';
    };

const names: ReadonlySet<string> = new Set([
  'jobProgress',
  'jobFinished',
  'itemsAdded',
  'itemsChanged',
  'itemsRemoved',
  'previewReady',
  'settingsChanged',
  'storageChanged',
  'sharesChanged',
  'networkChanged',
  'lagged',
]);

export function parseEvent(name: string, data: string): LiveEvent | null {
  if (!names.has(name)) return null;
  try {
    const value: unknown = JSON.parse(data === '' ? '{}' : data);
    if (typeof value !== 'object' || value === null) return null;
    return { ...value, name } as LiveEvent;
  } catch {
    return null;
  }
}

/** Whether the daemon answers; shown in the status line. */
export const live = $state({ connected: true });

const firstDelay = 500;
const longestDelay = 8000;

/**
 * Follows the events until stopped. After every gap it reports `lagged`, because what
 * was missed is unknown.
 */
export function followEvents(handle: (event: LiveEvent) => void): () => void {
  const stop = new AbortController();
  void follow(handle, stop.signal);
  return () => stop.abort();
}

async function follow(handle: (event: LiveEvent) => void, signal: AbortSignal): Promise<void> {
  let delay = firstDelay;
  let first = true;
  while (!signal.aborted) {
    try {
      const response = await openStream('/api/app/events', signal);
      live.connected = true;
      delay = firstDelay;
      if (!first) handle({ name: 'lagged' });
      first = false;
      await read(response, handle);
    } catch (error) {
      if (isAbort(error)) return;
    }
    first = false;
    live.connected = false;
    await pause(delay, signal);
    delay = Math.min(delay * 2, longestDelay);
  }
}

async function read(response: Response, handle: (event: LiveEvent) => void): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const { name, data } of parser.push(decoder.decode(value, { stream: true }))) {
      const event = parseEvent(name, data);
      if (event !== null) handle(event);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
