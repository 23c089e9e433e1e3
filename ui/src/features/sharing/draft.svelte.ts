// A share that is being thought about: what the form of the share sheet holds.
import { api, type NewShareRequest, type Share, type Visibility } from '$/lib/api';
import type { Subject } from '$/lib/sharing.svelte';
import { dayText, endOf, type End } from './ends';
import type { Licence } from './licences';
import { refusalOf, type Refusal } from './words';

const weekMs = 7 * 86_400_000;

export class Draft {
  title = $state('');
  visibility = $state<Visibility>('link');
  guarded = $state(false);
  password = $state('');
  end = $state<End>('never');
  date = $state(dayText(Date.now() + weekMs));
  keepLocation = $state(false);
  /** Nothing is suggested: what others may do is for the person to say. */
  licence = $state<Licence | ''>('');
  ownLicence = $state('');
  warned = $state(false);
  warning = $state('');
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
    this.title = subject.title;
  }

  get isPublic(): boolean {
    return this.visibility === 'public';
  }

  get badPassword(): boolean {
    return !this.isPublic && this.guarded && this.password === '';
  }

  get badDate(): boolean {
    return !this.isPublic && endOf(this.end, this.date, Date.now()) === undefined;
  }

  get badLicence(): boolean {
    return this.isPublic && this.#licence() === '';
  }

  get badWarning(): boolean {
    return this.isPublic && this.warned && this.warning.trim() === '';
  }

  /** What was refused of one kind of share says nothing of the other. */
  choose(visibility: Visibility): void {
    this.visibility = visibility;
    this.error = null;
    this.tried = false;
  }

  request(): NewShareRequest {
    const { items, albumId, title } = this.#subject;
    return {
      ...(albumId === undefined ? { items: [...items] } : { albumId }),
      title: this.title.trim() || title,
      ...(this.isPublic ? this.#publication() : this.#guard()),
      keepLocation: this.keepLocation,
    };
  }

  /** Null when something has to be mended first; what, the draft says. */
  async make(): Promise<Share | null> {
    this.tried = true;
    const bad = this.badPassword || this.badDate || this.badLicence || this.badWarning;
    if (this.busy || bad) return null;
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

  #guard(): NewShareRequest {
    return {
      ...(this.guarded ? { password: this.password } : {}),
      expiresAt: endOf(this.end, this.date, Date.now()) ?? null,
    };
  }

  #publication(): NewShareRequest {
    return {
      visibility: 'public',
      licence: this.#licence(),
      ...(this.warned ? { warning: this.warning.trim() } : {}),
    };
  }

  #licence(): string {
    return this.licence === 'own' ? this.ownLicence.trim() : this.licence;
  }
}
