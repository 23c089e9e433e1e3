// The music that plays while one browses. Two audio elements take turns, so that the next
// track is loaded before the current one ends. A film that starts silences the music, and
// music that starts pauses a film.
import { api, type ItemCard } from './api';
import { isNumber, recall, remember } from './local';
import {
  add,
  current,
  emptyQueue,
  entryAt,
  following,
  goTo,
  inOrder,
  move,
  nextRepeat,
  playAll,
  preceding,
  remove,
  shuffle,
  unshuffle,
  type Queue,
} from './queue';
import { handleError } from './toasts.svelte';

/** A press on "previous" this far in starts the track again instead. */
const restartAfter = 3;
/** The next track is fetched when so much of the current one is left. */
const loadAhead = 20;

/** A track of the library; one of somebody's share brings the address of its bytes with it. */
export interface Track extends ItemCard {
  url?: string;
}

class Music {
  queue = $state.raw<Queue<Track>>(emptyQueue);
  playing = $state(false);
  loading = $state(false);
  position = $state(0);
  duration = $state(0);
  volume = $state(recall('music.volume', 0.9, isNumber));
  muted = $state(false);
  readonly track = $derived(current(this.queue));
  readonly list = $derived(inOrder(this.queue));
  #players: HTMLAudioElement[] = [];
  #turn = 0;
  /** What each player holds, by item. */
  readonly #held = new Map<HTMLAudioElement, string>();
  #request = 0;

  get #player(): HTMLAudioElement {
    return this.#playerAt(this.#turn);
  }

  #playerAt(turn: number): HTMLAudioElement {
    if (this.#players.length === 0) this.#players = [this.#make(), this.#make()];
    return this.#players[turn % 2] ?? this.#make();
  }

  #make(): HTMLAudioElement {
    const player = new Audio();
    player.preload = 'auto';
    const mine = (act: () => void) => (): void => {
      if (player === this.#player) act();
    };
    player.addEventListener(
      'timeupdate',
      mine(() => this.#tick()),
    );
    player.addEventListener(
      'durationchange',
      mine(() => {
        if (Number.isFinite(player.duration)) this.duration = player.duration;
      }),
    );
    player.addEventListener(
      'play',
      mine(() => (this.playing = true)),
    );
    player.addEventListener(
      'pause',
      mine(() => (this.playing = player.ended)),
    );
    player.addEventListener(
      'waiting',
      mine(() => (this.loading = true)),
    );
    player.addEventListener(
      'playing',
      mine(() => (this.loading = false)),
    );
    player.addEventListener(
      'ended',
      mine(() => void this.#ended()),
    );
    player.addEventListener(
      'error',
      mine(() => this.#failed(player)),
    );
    return player;
  }

  /** Begins with `tracks[start]` and goes on with the rest. */
  async play(tracks: readonly Track[], start = 0): Promise<void> {
    this.queue = playAll(this.queue, tracks, start, Math.random);
    await this.#start();
  }

  async playShuffled(tracks: readonly Track[]): Promise<void> {
    const first = Math.floor(Math.random() * tracks.length);
    this.queue = shuffle(
      playAll({ ...this.queue, shuffled: false }, tracks, first, Math.random),
      Math.random,
    );
    await this.#start();
  }

  async add(tracks: readonly Track[], where: 'next' | 'last'): Promise<void> {
    const idle = this.track === null;
    this.queue = add(this.queue, tracks, where);
    if (idle) await this.#start();
  }

  toggle(): void {
    if (this.track === null) return;
    if (this.playing) this.pause();
    else void this.#resume();
  }

  pause(): void {
    this.playing = false;
    for (const player of this.#players) player.pause();
  }

  async next(): Promise<void> {
    const place = following(this.queue, true);
    if (place !== null) await this.jump(place);
  }

  async previous(): Promise<void> {
    const place = preceding(this.queue);
    if (this.position > restartAfter || place === null) this.seek(0);
    else await this.jump(place);
  }

  async jump(place: number): Promise<void> {
    this.queue = goTo(this.queue, place);
    await this.#start();
  }

  seek(seconds: number): void {
    const to = Math.min(Math.max(0, seconds), this.duration);
    this.#player.currentTime = to;
    this.position = to;
  }

  setVolume(volume: number): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.muted = false;
    remember('music.volume', this.volume);
    this.#level();
  }

  toggleMute(): void {
    this.muted = !this.muted;
    this.#level();
  }

  toggleShuffle(): void {
    this.queue = this.queue.shuffled ? unshuffle(this.queue) : shuffle(this.queue, Math.random);
  }

  cycleRepeat(): void {
    this.queue = { ...this.queue, repeat: nextRepeat[this.queue.repeat] };
  }

  move(from: number, to: number): void {
    this.queue = move(this.queue, from, to);
  }

  async remove(place: number): Promise<void> {
    const before = this.track?.id;
    const wasPlaying = this.playing;
    this.queue = remove(this.queue, place);
    if (this.track === null) this.stop();
    else if (this.track.id !== before && wasPlaying) await this.#start();
    else if (this.track.id !== before) this.#reset();
  }

  stop(): void {
    this.pause();
    for (const player of this.#players) player.removeAttribute('src');
    this.#held.clear();
    this.queue = { ...emptyQueue, repeat: this.queue.repeat, shuffled: this.queue.shuffled };
    this.#reset();
  }

  /** The queue shows what is known now: a track that was liked or renamed. */
  patch(id: string, change: Partial<ItemCard>): void {
    this.queue = {
      ...this.queue,
      entries: this.queue.entries.map((one) => (one.id === id ? { ...one, ...change } : one)),
    };
  }

  #reset(): void {
    this.position = 0;
    this.duration = (this.track?.durationMs ?? 0) / 1000;
  }

  async #start(): Promise<void> {
    const { track } = this;
    if (track === null) return;
    this.#request += 1;
    const request = this.#request;
    const ready = this.#playerAt(this.#turn + 1);
    this.#player.pause();
    if (this.#held.get(ready) === track.id) this.#turn += 1;
    this.#reset();
    this.playing = true;
    try {
      await this.#fill(this.#player, track);
      if (request !== this.#request) return;
      await this.#resume();
    } catch (error) {
      if (request === this.#request) this.#halt(error);
    }
  }

  async #fill(player: HTMLAudioElement, track: Track): Promise<void> {
    const { id } = track;
    if (this.#held.get(player) === id) {
      player.currentTime = 0;
      return;
    }
    this.#held.set(player, id);
    const url = track.url ?? (await api.item(id)).renditions[0]?.url;
    if (url === undefined || this.#held.get(player) !== id) return;
    player.src = url;
  }

  async #resume(): Promise<void> {
    this.#level();
    silenceFilms();
    try {
      await this.#player.play();
    } catch (error) {
      // Another track was chosen meanwhile: that one is playing now.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.#halt(error);
    }
  }

  #halt(error: unknown): void {
    this.playing = false;
    this.loading = false;
    this.#held.clear();
    handleError(error);
  }

  #failed(player: HTMLAudioElement): void {
    if (player.src === '') return;
    this.#held.delete(player);
    this.playing = false;
    this.loading = false;
    handleError(player.error);
  }

  #level(): void {
    for (const player of this.#players) {
      player.volume = this.volume ** 2;
      player.muted = this.muted;
    }
  }

  #tick(): void {
    this.position = this.#player.currentTime;
    if (this.duration - this.position > loadAhead) return;
    const place = following(this.queue, false);
    const next = place === null || place === this.queue.at ? null : entryAt(this.queue, place);
    const waiting = this.#playerAt(this.#turn + 1);
    if (next === null || this.#held.get(waiting) === next.id) return;
    this.#fill(waiting, next).catch(() => this.#held.delete(waiting));
  }

  async #ended(): Promise<void> {
    const place = following(this.queue, false);
    if (place === null) {
      this.playing = false;
      this.seek(0);
      return;
    }
    await this.jump(place);
  }
}

export const music = new Music();

function silenceFilms(): void {
  for (const video of document.querySelectorAll('video')) video.pause();
}

/** A film or clip that starts to play silences the music. Returns the way to stop listening. */
export function yieldToFilms(): () => void {
  const listen = (event: Event): void => {
    if (event.target instanceof HTMLVideoElement && !event.target.muted) music.pause();
  };
  document.addEventListener('play', listen, true);
  return () => document.removeEventListener('play', listen, true);
}
