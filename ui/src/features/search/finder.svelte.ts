// Asks as one types: after a short rest, and only the last question is answered.
import { api, isAbort, type SearchResult } from '$/lib/api';
import { handleError } from '$/lib/toasts.svelte';

const restMs = 80;

export class Finder {
  result = $state.raw<SearchResult | null>(null);
  /** The words that `result` answers. */
  answered = $state('');
  readonly #limit: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  ask(text: string): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const words = text.trim();
    if (words === '') {
      this.result = null;
      this.answered = '';
      return;
    }
    this.#timer = setTimeout(() => void this.#fetch(words), restMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  async #fetch(words: string): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const result = await api.search(words, this.#limit, asking.signal);
      if (asking.signal.aborted) return;
      this.result = result;
      this.answered = words;
    } catch (error) {
      if (!isAbort(error)) handleError(error);
    }
  }
}
