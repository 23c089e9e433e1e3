// The one cache of server state: its keys, and what each event makes stale.
import { QueryClient } from '@tanstack/svelte-query';
import { api } from './calls';
import type { LiveEvent } from './events.svelte';
import { ApiError } from './errors';
import type { Job, JobPage } from './types';

/** Keys of everything cached. The first word is the tag that events invalidate. */
export const keys = {
  status: ['status'],
  settings: ['settings'],
  people: ['people'],
  jobs: ['jobs'],
  failures: (id: string) => ['failures', id],
  home: ['home'],
  watch: ['watch'],
  show: (id: string) => ['shows', id],
  items: (query: object) => ['items', query],
  item: (id: string) => ['item', id],
  waveform: (id: string) => ['waveform', id],
  timeline: (query: object) => ['photos', 'timeline', query],
  photos: (bucket: string, query: object) => ['photos', 'bucket', bucket, query],
  albums: ['albums'],
  album: (id: string) => ['albums', id],
  music: ['music'],
  musicAlbum: (id: string) => ['music', id],
  search: (q: string) => ['search', q],
  duplicates: ['duplicates'],
  storage: ['storage'],
  shares: ['shares'],
  allReceived: ['received'],
  received: (id: string) => ['received', id],
  identity: ['identity'],
  networks: ['network'],
  networkHistory: ['network', 'history'],
  policy: ['policy'],
  ownRules: ['policy', 'own'],
  policyLog: ['policy', 'log'],
} as const;

/** Asked before the first page stands, and by it: both must mean the same. */
export const settingsQuery = () => ({
  queryKey: keys.settings,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.settings(signal),
});
export const homeQuery = () => ({
  queryKey: keys.home,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.home(signal),
});

export const sharesQuery = () => ({
  queryKey: keys.shares,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.shares(signal),
});
/** Connects to the other device when it has to, so it may take a while. */
export const receivedQuery = (id: string) => ({
  queryKey: keys.received(id),
  queryFn: ({ signal }: { signal: AbortSignal }) => api.received(id, signal),
});
export const identityQuery = () => ({
  queryKey: keys.identity,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.identity(signal),
});
export const networksQuery = () => ({
  queryKey: keys.networks,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.networks(signal),
});
export const networkHistoryQuery = () => ({
  queryKey: keys.networkHistory,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.networkHistory(signal),
});
export const policyQuery = () => ({
  queryKey: keys.policy,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.policy(signal),
});

const lists = [
  'home',
  'watch',
  'shows',
  'items',
  'photos',
  'albums',
  'music',
  'search',
  'duplicates',
];

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The daemon is on this machine: being offline says nothing about it.
        networkMode: 'always',
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          error instanceof ApiError && error.code === 'unreachable' && count < 3,
        retryDelay: (attempt) => Math.min(400 * 2 ** attempt, 4000),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** The tags that an event makes stale; `null` means everything. */
export function staleTags(event: LiveEvent): string[] | null {
  switch (event.name) {
    case 'itemsAdded':
    case 'itemsRemoved':
      return [...lists, 'item', 'status'];
    case 'itemsChanged':
    case 'previewReady':
      return [...lists, 'item'];
    case 'settingsChanged':
      return ['settings', 'people'];
    case 'storageChanged':
      return ['status', 'storage'];
    case 'jobFinished':
      return ['status', 'storage', 'failures'];
    case 'sharesChanged':
      return ['shares', 'received'];
    // A link says where this device can be dialled, so it changes with the network.
    case 'networkChanged':
      return ['network', 'shares'];
    case 'jobProgress':
      return [];
    case 'lagged':
      return null;
  }
}

/** How long changes of the network are gathered. */
const slowMs = 2000;

/** A job list with one job replaced, or put first when it is new. */
export function withJob(page: JobPage | undefined, job: Job): JobPage | undefined {
  if (page === undefined) return undefined;
  const known = page.jobs.some((other) => other.id === job.id);
  return {
    ...page,
    jobs: known
      ? page.jobs.map((other) => (other.id === job.id ? job : other))
      : [job, ...page.jobs],
  };
}

/**
 * Keeps the cache true. Invalidations are gathered for a moment, so that an import of
 * thousands of files refetches the shelves a few times a second at most.
 */
export function keepFresh(client: QueryClient, gatherMs = 400): (event: LiveEvent) => void {
  const stale = new Set<string>();
  let all = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const tags = new Set(stale);
    const everything = all;
    stale.clear();
    all = false;
    void client.invalidateQueries({
      predicate: (query) => everything || tags.has(String(query.queryKey[0])),
    });
  };
  return (event) => {
    if (event.name === 'jobProgress' || event.name === 'jobFinished') {
      client.setQueryData<JobPage>(keys.jobs, (page) => withJob(page, event.job));
    }
    const tags = staleTags(event);
    // On a large network peers come and go by the second; nobody reads that fast.
    if (event.name === 'networkChanged') {
      wait ??= setTimeout(() => {
        wait = undefined;
        void client.invalidateQueries({
          predicate: (query) => tags?.includes(String(query.queryKey[0])) === true,
        });
      }, slowMs);
      return;
    }
    if (tags === null) all = true;
    else for (const tag of tags) stale.add(tag);
    if (all || stale.size > 0) timer ??= setTimeout(flush, gatherMs);
  };
}
