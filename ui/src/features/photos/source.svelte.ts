// The sequence of photos in one view (all, favourites, an album): which buckets there are, and
// the photos of those that were fetched. Knows nothing of pixels.
import type { QueryClient } from '@tanstack/svelte-query';
import { SvelteMap } from 'svelte/reactivity';
import { api, isAbort, keys, type Photo, type PhotoBucket, type PhotosQuery } from '$/lib/api';
import { handleError } from '$/lib/toasts.svelte';
import { kindsOf, type Kinds } from './names';
import { between, move, type Place } from './ranges';

/** Buckets kept in memory; those farthest from use go first. */
const kept = 64;
const atOnce = 3;

export class PhotoSource {
  buckets = $state.raw<readonly PhotoBucket[]>([]);
  readonly counts = $derived(this.buckets.map(({ count }) => count));
  readonly total = $derived(this.counts.reduce((sum, count) => sum + count, 0));
  /** Photos and clips apart, once all of them were fetched. */
  readonly kinds = $derived.by<Kinds | null>(() => {
    const all = this.buckets.map(({ key }) => this.#loaded.get(key));
    return all.every((part) => part !== undefined) ? kindsOf(all.flat()) : null;
  });
  readonly #loaded = new SvelteMap<string, readonly Photo[]>();
  readonly #running = new Map<string, Promise<readonly Photo[]>>();
  readonly #client: QueryClient;
  readonly #query: PhotosQuery;
  #wanted: readonly string[] = [];

  constructor(client: QueryClient, query: PhotosQuery) {
    this.#client = client;
    this.#query = query;
  }

  /** A new timeline: the photos on the screen stay until their fresh ones come. */
  setBuckets(buckets: readonly PhotoBucket[]): void {
    const present = new Set(buckets.map(({ key }) => key));
    for (const key of this.#loaded.keys()) if (!present.has(key)) this.#loaded.delete(key);
    this.buckets = buckets;
  }

  photosOf(key: string): readonly Photo[] | undefined {
    return this.#loaded.get(key);
  }

  at({ bucket, index }: Place): Photo | undefined {
    return this.#loaded.get(this.buckets[bucket]?.key ?? '')?.[index];
  }

  /** Fetches what is near, nearest first; what is not wanted any more is not started. */
  want(wanted: readonly string[], fresh = false): void {
    this.#wanted = wanted.filter((key) => fresh || !this.#loaded.has(key));
    this.#pump();
  }

  #pump(): void {
    while (this.#running.size < atOnce) {
      const key = this.#wanted.find((one) => !this.#running.has(one));
      if (key === undefined) return;
      this.#wanted = this.#wanted.filter((one) => one !== key);
      this.load(key)
        .catch((error: unknown) => {
          if (!isAbort(error)) handleError(error);
        })
        .finally(() => this.#pump());
    }
  }

  /** The photos of a bucket: what is known, unless it has become stale. */
  load(key: string): Promise<readonly Photo[]> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const fetching = this.#client
      .fetchQuery({
        queryKey: keys.photos(key, this.#query),
        queryFn: ({ signal }) => api.photos(key, this.#query, signal),
        staleTime: Infinity,
      })
      .then(({ photos }) => {
        if (this.#loaded.get(key) !== photos) this.#loaded.set(key, photos);
        this.#evict(key);
        return photos;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, fetching);
    return fetching;
  }

  async loadAt(place: Place): Promise<Photo | null> {
    const key = this.buckets[place.bucket]?.key;
    if (key === undefined) return null;
    return (await this.load(key))[place.index] ?? null;
  }

  async idsBetween(a: Place, b: Place): Promise<string[]> {
    const ids: string[] = [];
    for (const { bucket, from, to } of between(a, b, this.counts)) {
      const photos = await this.load(this.buckets[bucket]?.key ?? '');
      for (const photo of photos.slice(from, to + 1)) ids.push(photo.id);
    }
    return ids;
  }

  /** Where a photo is, when its bucket is here already. */
  placeOf(id: string): Place | null {
    for (const [bucket, { key }] of this.buckets.entries()) {
      const index = this.#loaded.get(key)?.findIndex((photo) => photo.id === id) ?? -1;
      if (index >= 0) return { bucket, index };
    }
    return null;
  }

  /** Where a photo is, fetching the buckets of its day. */
  async locate(id: string, day: string): Promise<Place | null> {
    const known = this.placeOf(id);
    if (known !== null) return known;
    for (const bucket of this.buckets) {
      if (bucket.days.some((one) => one.day === day)) await this.load(bucket.key);
    }
    return this.placeOf(id);
  }

  next(place: Place, step: number): Place | null {
    return move(place, step, this.counts);
  }

  /** Shows a change at once; the daemon's word replaces it when it comes. */
  patch(ids: ReadonlySet<string>, change: Partial<Photo>): void {
    for (const [key, photos] of this.#loaded) {
      if (!photos.some(({ id }) => ids.has(id))) continue;
      this.#loaded.set(
        key,
        photos.map((photo) => (ids.has(photo.id) ? { ...photo, ...change } : photo)),
      );
    }
  }

  #evict(current: string): void {
    if (this.#loaded.size <= kept) return;
    const order = this.buckets.map(({ key }) => key);
    const here = order.indexOf(current);
    const far = [...this.#loaded.keys()].sort(
      (a, b) => Math.abs(order.indexOf(b) - here) - Math.abs(order.indexOf(a) - here),
    );
    for (const key of far.slice(0, this.#loaded.size - kept)) this.#loaded.delete(key);
  }
}
