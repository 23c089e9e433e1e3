// What the first page needs, asked for at once and together: the settings, the code of its room,
// and what that room shows. Drawn in one go, the window is never seen half empty.
import type { QueryClient } from '@tanstack/svelte-query';
import { homeQuery, settingsQuery } from '$/lib/api';
import { match } from '$/lib/router.svelte';
import { rooms } from './routes';

/** How long a page waits for its content rather than show grey shapes first. */
const patienceMs = 120;

/**
 * Asks for everything. Settles when the code of the room is there, and its content unless that takes
 * long; failures are told by who needs the answer.
 */
export async function begin(client: QueryClient): Promise<void> {
  const { name } = match(location.pathname);
  void client.prefetchQuery(settingsQuery());
  const content = name === 'home' ? client.prefetchQuery(homeQuery()) : undefined;
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs));
  const code = name === null ? undefined : rooms[name].load().catch(() => undefined);
  await Promise.all([code, Promise.race([content, patience])]);
}
