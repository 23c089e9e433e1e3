// One sitting in front of one item: playback, captions, chapters, what is remembered,
// and what every key and button does. The components only draw it.
import { t } from '$/i18n/index.svelte';
import type { CaptionTrack, ItemDetail, Settings } from '$/lib/api';
import { formatClock, formatNumber, formatPercent } from '$/lib/format';
import { captionFor, captionName } from '$/lib/items';
import { isBoolean, isNumber, recall, remember } from '$/lib/local';
import { router } from '$/lib/router.svelte';
import { handleError, toasts } from '$/lib/toasts.svelte';
import { platform } from '$/platform';
import { chapterAt, chapterStep, type Chapter } from './chapters';
import type { PlayerAct } from './keymap';
import { Playback } from './playback.svelte';
import { ProgressKeeper } from './progress';
import type { Venue } from './venue';
import { cuesAt, parseVtt, type Cue } from './vtt';

export type Panel = 'help' | 'speed' | 'captions' | 'style' | null;

const noteMs = 900;

export class Session {
  readonly playback = new Playback();
  item = $state.raw<ItemDetail>() as ItemDetail;
  settings = $state.raw<Settings>() as Settings;
  captionId = $state<string | null>(null);
  cues = $state.raw<Cue[]>([]);
  delayMs = $state(0);
  panel = $state<Panel>(null);
  stats = $state(false);
  theatre = $state(recall('player.theatre', true, isBoolean));
  fullscreen = $state(false);
  pip = $state(false);
  /** A short word in the middle of the picture about what just happened. */
  note = $state<string | null>(null);
  #noteTimer: ReturnType<typeof setTimeout> | undefined;
  #keeper: ProgressKeeper;
  #lastCaption: string | null = null;

  constructor(
    item: ItemDetail,
    settings: Settings,
    readonly venue: Venue,
  ) {
    this.item = item;
    this.settings = settings;
    this.delayMs = settings.captions.delayMs;
    this.playback.volume = recall('player.volume', 1, isNumber);
    this.playback.muted = recall('player.muted', false, isBoolean);
    this.#keeper = new ProgressKeeper((moment) => {
      venue.keep(this.item.id, moment).catch(handleError);
    });
  }

  get chapters(): Chapter[] {
    return this.item.facts.chapters.map(({ startMs, title }, index) => ({
      start: startMs / 1000,
      title: title ?? t('player.chapter', { number: index + 1 }),
    }));
  }

  get chapter(): Chapter | null {
    return chapterAt(this.chapters, this.playback.time);
  }

  get showing(): Cue[] {
    return cuesAt(this.cues, this.playback.time * 1000 - this.delayMs);
  }

  get canPip(): boolean {
    return document.pictureInPictureEnabled === true;
  }

  say(text: string): void {
    this.note = text;
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => (this.note = null), noteMs);
  }

  /** Follows time, so that where the person is gets remembered. */
  remember(): void {
    const { time, duration, paused } = this.playback;
    if (!paused) this.#keeper.passed(time, duration);
  }

  keepNow(): void {
    this.#keeper.keep(this.playback.time, this.playback.duration);
  }

  finish(): void {
    const durationMs = Math.round(this.playback.duration * 1000);
    this.venue
      .keep(this.item.id, { positionMs: durationMs, durationMs, finished: true })
      .catch(handleError);
  }

  async chooseCaption(track: CaptionTrack | null): Promise<void> {
    this.captionId = track?.id ?? null;
    if (track === null) {
      this.cues = [];
      return;
    }
    this.#lastCaption = track.id;
    try {
      const response = await fetch(track.url);
      if (!response.ok) throw new Error(response.statusText);
      const text = await response.text();
      if (this.captionId === track.id) this.cues = parseVtt(text);
    } catch {
      if (this.captionId !== track.id) return;
      this.captionId = null;
      toasts.show({ title: t('player.captionsFailed', { name: captionName(track) }) });
    }
  }

  toggleCaptions(): void {
    const { captions } = this.item;
    if (captions.length === 0) this.say(t('player.noCaptions'));
    else if (this.captionId !== null) {
      void this.chooseCaption(null);
      this.say(t('player.captionsOff'));
    } else {
      const track = captions.find(({ id }) => id === this.#lastCaption) ?? captionFor(captions);
      void this.chooseCaption(track);
      if (track !== null) this.say(t('player.captionsOn', { name: captionName(track) }));
    }
  }

  togglePanel(panel: Exclude<Panel, null>): void {
    this.panel = this.panel === panel ? null : panel;
  }

  toggleTheatre(): void {
    this.theatre = !this.theatre;
    remember('player.theatre', this.theatre);
  }

  async togglePip(): Promise<void> {
    if (!this.canPip) return;
    try {
      if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
      else await this.playback.video?.requestPictureInPicture();
    } catch (error) {
      handleError(error);
    }
  }

  async setFullscreen(on: boolean): Promise<void> {
    try {
      await platform().setFullscreen(on, document.documentElement);
    } catch (error) {
      handleError(error);
    }
  }

  leave(): void {
    if (this.fullscreen) void this.setFullscreen(false);
    else router.back(this.venue.about(this.item));
  }

  goTo(link: { id: string } | null): void {
    if (link !== null) router.go(this.venue.play(link.id), { replace: true });
  }

  keepSound(): void {
    remember('player.volume', this.playback.volume);
    remember('player.muted', this.playback.muted);
  }

  perform(act: PlayerAct): void {
    const { playback } = this;
    switch (act.act) {
      case 'togglePlay':
        return playback.toggle();
      case 'seekBy':
        return this.#seek(act.seconds);
      case 'jump':
        return this.#seek(this.settings.seekSeconds);
      case 'jumpBack':
        return this.#seek(-this.settings.seekSeconds);
      case 'seekToShare':
        playback.seekTo(playback.duration * act.share);
        return this.say(formatClock(playback.time * 1000));
      case 'frame':
        return playback.step(act.direction, this.item.facts.video?.fps ?? null);
      case 'volumeBy':
        playback.setVolume((playback.muted ? 0 : playback.volume) + act.amount);
        return this.say(
          t('player.volumeAt', { volume: formatPercent(playback.video?.volume ?? 0) }),
        );
      case 'mute':
        playback.toggleMute();
        return this.say(playback.video?.muted === true ? t('player.muted') : t('player.unmuted'));
      case 'speedBy':
        playback.stepRate(act.direction);
        return this.say(
          t('player.speedAt', { speed: formatNumber(playback.video?.playbackRate ?? 1, 2) }),
        );
      case 'nextChapter':
      case 'previousChapter':
        return this.#toChapter(act.act === 'nextChapter' ? 1 : -1);
      case 'fullscreen':
        return void this.setFullscreen(!this.fullscreen);
      case 'theatre':
        return this.toggleTheatre();
      case 'pip':
        return void this.togglePip();
      case 'captions':
        return this.toggleCaptions();
      case 'captionDelayBy':
        this.delayMs += act.ms;
        return this.say(t('player.delayAt', { seconds: formatNumber(this.delayMs / 1000) }));
      case 'audioTrack': {
        const track = playback.nextSound();
        return track === null ? undefined : this.say(track.label || track.language);
      }
      case 'speedMenu':
        return this.togglePanel('speed');
      case 'help':
        return this.togglePanel('help');
      case 'stats':
        this.stats = !this.stats;
        return;
      case 'next':
        return this.goTo(this.item.next);
      case 'previous':
        return this.goTo(this.item.previous);
      case 'leave':
        return this.leave();
    }
  }

  #seek(seconds: number): void {
    this.playback.seekBy(seconds);
    this.say(t(seconds < 0 ? 'player.back' : 'player.forward', { seconds: Math.abs(seconds) }));
  }

  #toChapter(direction: 1 | -1): void {
    const to = chapterStep(this.chapters, this.playback.time, direction);
    if (to === null) return;
    this.playback.seekTo(to);
    const chapter = chapterAt(this.chapters, to);
    if (chapter !== null) this.say(chapter.title);
  }
}
