// The keys of the player: what people know by heart from other players.
import type { MessageKey } from '$/i18n/index.svelte';

export type PlayerAct =
  | { act: 'togglePlay' | 'fullscreen' | 'theatre' | 'pip' | 'captions' | 'speedMenu' | 'mute' }
  | { act: 'next' | 'previous' | 'help' | 'nextChapter' | 'previousChapter' | 'audioTrack' }
  | { act: 'stats' | 'leave' }
  | { act: 'seekBy'; seconds: number }
  | { act: 'jump' }
  | { act: 'jumpBack' }
  | { act: 'seekToShare'; share: number }
  | { act: 'frame'; direction: 1 | -1 }
  | { act: 'volumeBy'; amount: number }
  | { act: 'speedBy'; direction: 1 | -1 }
  | { act: 'captionDelayBy'; ms: number };

export type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What a key does, or null when it is not ours. */
export function actFor({ key, shiftKey, ctrlKey, metaKey, altKey }: Pressed): PlayerAct | null {
  if (altKey || metaKey) return null;
  if (ctrlKey) {
    if (key === 'ArrowRight') return { act: 'nextChapter' };
    if (key === 'ArrowLeft') return { act: 'previousChapter' };
    return null;
  }
  if (/^[0-9]$/.test(key)) return { act: 'seekToShare', share: Number(key) / 10 };
  switch (key) {
    case ' ':
      return { act: 'togglePlay' };
    case 'ArrowRight':
      return { act: 'seekBy', seconds: shiftKey ? 60 : 5 };
    case 'ArrowLeft':
      return { act: 'seekBy', seconds: shiftKey ? -60 : -5 };
    case 'ArrowUp':
      return { act: 'volumeBy', amount: 0.05 };
    case 'ArrowDown':
      return { act: 'volumeBy', amount: -0.05 };
    case 'Home':
      return { act: 'seekToShare', share: 0 };
    case 'End':
      return { act: 'seekToShare', share: 1 };
    case 'Escape':
      return { act: 'leave' };
    case ',':
      return { act: 'frame', direction: -1 };
    case '.':
      return { act: 'frame', direction: 1 };
    case '<':
      return { act: 'speedBy', direction: -1 };
    case '>':
      return { act: 'speedBy', direction: 1 };
    case '?':
      return { act: 'help' };
  }
  switch (key.toLowerCase()) {
    case 'k':
      return { act: 'togglePlay' };
    case 'j':
      return { act: 'jumpBack' };
    case 'l':
      return { act: 'jump' };
    case 'f':
      return { act: 'fullscreen' };
    case 't':
      return { act: 'theatre' };
    case 'i':
      return shiftKey ? { act: 'stats' } : { act: 'pip' };
    case 'c':
      return { act: 'captions' };
    case 's':
      return { act: 'speedMenu' };
    case 'm':
      return { act: 'mute' };
    case 'n':
      return { act: 'next' };
    case 'p':
      return { act: 'previous' };
    case 'b':
      return { act: 'audioTrack' };
    case 'g':
      return { act: 'captionDelayBy', ms: -100 };
    case 'h':
      return { act: 'captionDelayBy', ms: 100 };
    default:
      return null;
  }
}

export interface Shortcut {
  keys: readonly string[];
  text: MessageKey;
}

/** What the help shows, in the order in which people look for it. */
export const shortcuts: readonly Shortcut[] = [
  { keys: ['Space', 'K'], text: 'player.key.play' },
  { keys: ['J', 'L'], text: 'player.key.jump' },
  { keys: ['←', '→'], text: 'player.key.seek' },
  { keys: ['Shift ←', 'Shift →'], text: 'player.key.minute' },
  { keys: ['Ctrl ←', 'Ctrl →'], text: 'player.key.chapter' },
  { keys: ['0', '9'], text: 'player.key.share' },
  { keys: [',', '.'], text: 'player.key.frame' },
  { keys: ['↑', '↓'], text: 'player.key.volume' },
  { keys: ['M'], text: 'player.key.mute' },
  { keys: ['F'], text: 'player.key.fullscreen' },
  { keys: ['T'], text: 'player.key.theatre' },
  { keys: ['I'], text: 'player.key.pip' },
  { keys: ['C'], text: 'player.key.captions' },
  { keys: ['G', 'H'], text: 'player.key.captionDelay' },
  { keys: ['B'], text: 'player.key.audio' },
  { keys: ['S'], text: 'player.key.speed' },
  { keys: ['<', '>'], text: 'player.key.speedStep' },
  { keys: ['N', 'P'], text: 'player.key.next' },
  { keys: ['Shift I'], text: 'player.key.stats' },
  { keys: ['?'], text: 'player.key.help' },
];
