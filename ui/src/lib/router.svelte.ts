// Routes by URL path, with the history of the browser. What a route shows is the
// app's matter; this file knows paths only, so that features can link to each other
// without importing each other.

/** Where everything is. Every room and every thing in it has its own address. */
export const paths = {
  home: '/',
  watch: '/watch',
  title: '/title/:id',
  show: '/show/:id',
  player: '/play/:id',
  photos: '/pix',
  photosView: '/pix/:view',
  photoAlbum: '/pix/album/:id',
  photo: '/pix/photo/:id',
  music: '/music',
  musicAlbum: '/music/album/:id',
  shared: '/shared',
  sharedView: '/shared/:view',
  open: '/open',
  received: '/received/:id',
  receivedPhoto: '/received/:id/photo/:at',
  receivedPlayer: '/received/:id/play/:at',
  transfers: '/transfers',
  network: '/network',
  settings: '/settings',
  settingsSection: '/settings/:section',
  search: '/search',
} as const;

export type RouteName = keyof typeof paths;
export interface Route {
  name: RouteName | null;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  path: string;
}

export function match(path: string, search = ''): Route {
  const query = new URLSearchParams(search);
  const segments = split(path);
  for (const name of Object.keys(paths) as RouteName[]) {
    const params = matchPattern(split(paths[name]), segments);
    if (params !== null) return { name, params, query, path };
  }
  return { name: null, params: {}, query, path };
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function matchPattern(pattern: string[], segments: string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = safeDecode(segment);
    else if (part !== segment) return null;
  }
  return params;
}

function safeDecode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The address of a route. */
export function href(
  name: RouteName,
  params: Record<string, string> = {},
  query: Record<string, string | undefined> = {},
): string {
  const path = paths[name].replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ''),
  );
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, value);
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

class Router {
  route = $state.raw<Route>(match('/'));
  /** Whether the current page was reached by going back or forward. */
  popped = false;

  start(): () => void {
    this.#read();
    const onPop = (): void => {
      this.popped = true;
      this.#read();
    };
    const onClick = (event: MouseEvent): void => this.#click(event);
    window.addEventListener('popstate', onPop);
    document.addEventListener('click', onClick);
    return () => {
      window.removeEventListener('popstate', onPop);
      document.removeEventListener('click', onClick);
    };
  }

  go(to: string, options: { replace?: boolean } = {}): void {
    if (options.replace === true) history.replaceState(history.state, '', to);
    else history.pushState({ depth: this.depth + 1 }, '', to);
    this.popped = false;
    this.#read();
  }

  /** How many pages lie behind this one; also names the page, to find its scroll position. */
  get depth(): number {
    const state: unknown = history.state;
    const depth = typeof state === 'object' && state !== null && 'depth' in state ? state.depth : 0;
    return typeof depth === 'number' ? depth : 0;
  }

  /** Back to where the person came from, or to `fallback` when this was the first page. */
  back(fallback: string): void {
    if (this.depth > 0) history.back();
    else this.go(fallback, { replace: true });
  }

  /** Changes only the query, without a new entry in the history. */
  setQuery(query: Record<string, string | undefined>): void {
    const next = new URLSearchParams(this.route.query);
    for (const [key, value] of Object.entries(query)) {
      if (value === undefined || value === '') next.delete(key);
      else next.set(key, value);
    }
    const text = next.toString();
    const to = text === '' ? this.route.path : `${this.route.path}?${text}`;
    history.replaceState(history.state, '', to);
    this.route = match(this.route.path, text);
  }

  #read(): void {
    this.route = match(location.pathname, location.search);
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || link.target !== '') return;
    if (link.hasAttribute('download') || link.origin !== location.origin) return;
    event.preventDefault();
    this.go(link.pathname + link.search + link.hash);
  }
}

export const router = new Router();
