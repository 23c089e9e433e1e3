// A share that is being thought about: what the form of the share sheet holds.
import { api, type NewShareRequest, type Share } from '$/lib/api';
import type { Subject } from '$/lib/sharing.svelte';
import { dayText, endOf, type End } from './ends';
import { refusalOf, type Refusal } from './words';

const weekMs = 7 * 86_400_000;

export class Draft {
  title = $state('');
  guarded = $state(false);
  password = $state('');
  end = $state<End>('never');
  date = $state(dayText(Date.now() + weekMs));
  keepLocation = $state(false);
  busy = $state(false);
  /** Shown once the person has tried; nobody is told off while typing. */
  tried = $state(false);
  error = $state.raw<unknown>(null);
  readonly refusal = $derived<Refusal | null>(
    this.error === null ? null : refusalOf(this.error, this.keepLocation),
  );
  readonly #subject: Subject;

  constructor(subject: Subject, keepLocation: boolean) {
    this.#subject = subject;
    this.keepLocation = keepLocation;
    if (this.named) this.title = subject.title;
  }

  /** One thing goes by its own title; several need a name in common. */
  get named(): boolean {
    return this.#subject.albumId !== undefined || this.#subject.items.length !== 1;
  }

  get badPassword(): boolean {
    return this.guarded && this.password === '';
  }

  get badDate(): boolean {
    return endOf(this.end, this.date, Date.now()) === undefined;
  }

  request(): NewShareRequest {
    const { items, albumId, title } = this.#subject;
    return {
      ...(albumId === undefined ? { items: [...items] } : { albumId }),
      ...(this.named ? { title: this.title.trim() || title } : {}),
      ...(this.guarded ? { password: this.password } : {}),
      expiresAt: endOf(this.end, this.date, Date.now()) ?? null,
      keepLocation: this.keepLocation,
    };
  }

  /** Null when something has to be mended first; what, the draft says. */
  async make(): Promise<Share | null> {
    this.tried = true;
    if (this.busy || this.badPassword || this.badDate) return null;
    this.busy = true;
    this.error = null;
    try {
      return await api.share(this.request());
    } catch (error) {
      this.error = error;
      return null;
    } finally {
      this.busy = false;
    }
  }
}
