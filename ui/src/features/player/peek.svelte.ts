// Looks at other moments of a film without moving in it: a second, silent video that is asked
// for one moment at a time, and always for the last one that was wanted.

/** Moments this near each other (seconds) look the same in a small picture. */
const grain = 0.5;

export class Peek {
  /** The moment that the picture shows, in seconds; null until there is one. */
  shown = $state<number | null>(null);
  #video: HTMLVideoElement | null = null;
  #wanted: number | null = null;
  #asked: number | null = null;

  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
    const stop = new AbortController();
    const { signal } = stop;
    video.addEventListener('loadeddata', () => this.#go(), { signal });
    video.addEventListener('seeked', () => this.#arrived(), { signal });
    video.addEventListener('error', () => (this.shown = null), { signal });
    return () => {
      stop.abort();
      this.#video = null;
      this.shown = null;
      this.#asked = null;
      // Lets go of the connection at once.
      video.removeAttribute('src');
      video.load();
    };
  }

  /** Asks for a moment; what was asked before and is not there yet is forgotten. */
  at(seconds: number): void {
    this.#wanted = Math.round(seconds / grain) * grain;
    if (this.#asked === null) this.#go();
  }

  #go(): void {
    const video = this.#video;
    if (video === null || video.readyState < 1 || this.#wanted === null) return;
    if (this.#asked === this.#wanted || this.shown === this.#wanted) return;
    this.#asked = this.#wanted;
    video.currentTime = Math.min(this.#wanted, Math.max(0, video.duration - 0.1));
  }

  #arrived(): void {
    this.shown = this.#asked;
    this.#asked = null;
    this.#go();
  }
}
