// Which photos are chosen, and from where a range starts.
import { SvelteSet } from 'svelte/reactivity';
import type { Place } from './ranges';
import type { PhotoSource } from './source.svelte';

export class Selection {
  readonly ids = new SvelteSet<string>();
  #anchor: Place | null = null;
  readonly #source: PhotoSource;

  constructor(source: PhotoSource) {
    this.#source = source;
  }

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  clear(): void {
    this.ids.clear();
    this.#anchor = null;
  }

  toggle(place: Place): void {
    const photo = this.#source.at(place);
    if (photo === undefined) return;
    if (!this.ids.delete(photo.id)) this.ids.add(photo.id);
    this.#anchor = place;
  }

  /** Chooses everything from where the last choice was made; buckets in between are fetched. */
  async extendTo(place: Place): Promise<void> {
    const anchor = this.#anchor ?? place;
    for (const id of await this.#source.idsBetween(anchor, place)) this.ids.add(id);
    this.#anchor ??= place;
  }

  set(ids: Iterable<string>): void {
    const next = new Set(ids);
    for (const id of this.ids) if (!next.has(id)) this.ids.delete(id);
    for (const id of next) this.ids.add(id);
  }

  setAll(ids: readonly string[], chosen: boolean): void {
    for (const id of ids) {
      if (chosen) this.ids.add(id);
      else this.ids.delete(id);
    }
  }
}
