// Opening a link: connects, asks for the password when there is one, and says why it did not work.
import { ApiError, api, isAbort, type Received } from '$/lib/api';

/** How it did not work, where more than words is called for. */
export type Hindrance = 'password' | 'network' | 'away' | 'other';

export class Opener {
  link = $state('');
  password = $state('');
  busy = $state(false);
  error = $state.raw<unknown>(null);
  /** The link has a password; asked for from then on. */
  guarded = $state(false);
  #request: AbortController | null = null;

  constructor(link: string) {
    this.link = link;
  }

  get code(): string | null {
    return this.error instanceof ApiError ? this.error.code : null;
  }

  get wrongPassword(): boolean {
    return this.code === 'wrong_password';
  }

  get hindrance(): Hindrance | null {
    if (this.error === null) return null;
    switch (this.code) {
      case 'needs_password':
      case 'wrong_password':
        return 'password';
      case 'no_network':
        return 'network';
      case 'peer_unreachable':
      case 'only_relayed':
        return 'away';
      default:
        return 'other';
    }
  }

  /** Another link than before is another question. */
  change(link: string): void {
    this.link = link;
    this.error = null;
    this.guarded = false;
    this.password = '';
  }

  async open(): Promise<Received | null> {
    const link = this.link.trim();
    if (link === '' || this.busy) return null;
    const request = new AbortController();
    this.#request = request;
    this.busy = true;
    this.error = null;
    try {
      const password = this.guarded ? this.password : undefined;
      return await api.openLink({ link, password }, request.signal);
    } catch (error) {
      if (isAbort(error)) return null;
      this.error = error;
      if (this.hindrance === 'password') this.guarded = true;
      return null;
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    this.#request?.abort();
  }
}
