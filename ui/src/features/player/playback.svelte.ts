// A <video> element as state: what the controls read, and what they may do with it.

export interface Range {
  start: number;
  end: number;
}

export const speeds = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** The part of AudioTrackList that WebKit has and Chromium has not. */
interface SoundTracks extends Iterable<SoundTrack> {
  readonly length: number;
}
export interface SoundTrack {
  readonly label: string;
  readonly language: string;
  enabled: boolean;
}

export class Playback {
  /** Seconds. */
  time = $state(0);
  duration = $state(0);
  paused = $state(true);
  ended = $state(false);
  waiting = $state(true);
  seeking = $state(false);
  volume = $state(1);
  muted = $state(false);
  rate = $state(1);
  buffered = $state.raw<Range[]>([]);
  width = $state(0);
  height = $state(0);
  ready = $state(false);
  error = $state.raw<MediaError | null>(null);
  sounds = $state.raw<SoundTrack[]>([]);
  #video: HTMLVideoElement | null = null;

  get video(): HTMLVideoElement | null {
    return this.#video;
  }

  /** Follows an element until the returned function is called. */
  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
    video.volume = this.volume;
    video.muted = this.muted;
    const stop = new AbortController();
    const on = (names: string, run: () => void): void => {
      for (const name of names.split(' '))
        video.addEventListener(name, run, { signal: stop.signal });
    };
    on('timeupdate seeking seeked', () => (this.time = video.currentTime));
    on(
      'durationchange',
      () => (this.duration = Number.isFinite(video.duration) ? video.duration : 0),
    );
    on('play playing pause ended', () => {
      this.paused = video.paused;
      this.ended = video.ended;
    });
    on('seeking', () => {
      this.seeking = true;
      this.ended = false;
    });
    on('seeked', () => (this.seeking = false));
    on('waiting stalled', () => (this.waiting = video.readyState < 3));
    on('playing canplay canplaythrough', () => (this.waiting = false));
    on('volumechange', () => {
      this.volume = video.volume;
      this.muted = video.muted;
    });
    on('ratechange', () => (this.rate = video.playbackRate));
    on('progress timeupdate seeked canplay', () => (this.buffered = rangesOf(video.buffered)));
    on('loadedmetadata resize', () => {
      this.width = video.videoWidth;
      this.height = video.videoHeight;
    });
    on('loadedmetadata', () => {
      this.ready = true;
      this.error = null;
      this.sounds = soundsOf(video);
    });
    on('error', () => (this.error = video.error));
    on('emptied', () => {
      this.ready = false;
      this.buffered = [];
    });
    return () => {
      stop.abort();
      this.#video = null;
      // Lets go of the connection at once; an element that is only forgotten keeps loading.
      video.removeAttribute('src');
      video.load();
    };
  }

  /** Starts; stays paused, without a fuss, where the engine wants a gesture first. */
  play(): void {
    this.#video?.play().catch(() => (this.paused = true));
  }

  pause(): void {
    this.#video?.pause();
  }

  toggle(): void {
    if (this.paused || this.ended) this.play();
    else this.pause();
  }

  seekTo(seconds: number): void {
    if (this.#video === null) return;
    const end = this.duration > 0 ? this.duration : seconds;
    this.time = Math.min(Math.max(0, seconds), end);
    this.#video.currentTime = this.time;
  }

  seekBy(seconds: number): void {
    this.seekTo(this.time + seconds);
  }

  /** One frame; `fps` from the file, 25 where it does not say. */
  step(direction: 1 | -1, fps: number | null): void {
    this.pause();
    this.seekTo(this.time + direction / (fps ?? 25));
  }

  setVolume(volume: number): void {
    if (this.#video === null) return;
    this.#video.volume = Math.min(1, Math.max(0, volume));
    this.#video.muted = volume <= 0;
  }

  toggleMute(): void {
    if (this.#video !== null) this.#video.muted = !this.#video.muted;
  }

  setRate(rate: number): void {
    if (this.#video !== null) this.#video.playbackRate = rate;
  }

  stepRate(direction: 1 | -1): void {
    const at = speeds.findIndex((speed) => speed >= this.rate);
    const next = speeds[Math.min(speeds.length - 1, Math.max(0, at + direction))];
    if (next !== undefined) this.setRate(next);
  }

  chooseSound(track: SoundTrack): void {
    for (const other of this.sounds) other.enabled = other === track;
    this.sounds = [...this.sounds];
  }

  nextSound(): SoundTrack | null {
    if (this.sounds.length < 2) return null;
    const at = this.sounds.findIndex((track) => track.enabled);
    const next = this.sounds[(at + 1) % this.sounds.length] ?? null;
    if (next !== null) this.chooseSound(next);
    return next;
  }

  /** Seconds that can be played from here without loading more. */
  get ahead(): number {
    const range = this.buffered.find(({ start, end }) => start <= this.time && this.time <= end);
    return range === undefined ? 0 : range.end - this.time;
  }
}

function rangesOf(ranges: TimeRanges): Range[] {
  return Array.from({ length: ranges.length }, (_, index) => ({
    start: ranges.start(index),
    end: ranges.end(index),
  }));
}

function soundsOf(video: HTMLVideoElement): SoundTrack[] {
  const tracks = (video as HTMLVideoElement & { audioTracks?: SoundTracks }).audioTracks;
  return tracks === undefined ? [] : [...tracks];
}
