import { describe, expect, it } from 'vitest';
import en from '$locales/en.json';
import { actFor, shortcuts, type PlayerAct, type Pressed } from './keymap';

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const press = (key: string, held: Partial<Pressed> = {}) => actFor({ ...plain, ...held, key });

describe('actFor', () => {
  const cases: Array<[string, Partial<Pressed>, PlayerAct | null]> = [
    [' ', {}, { act: 'togglePlay' }],
    ['k', {}, { act: 'togglePlay' }],
    ['K', { shiftKey: true }, { act: 'togglePlay' }],
    ['j', {}, { act: 'jumpBack' }],
    ['l', {}, { act: 'jump' }],
    ['ArrowRight', {}, { act: 'seekBy', seconds: 5 }],
    ['ArrowLeft', { shiftKey: true }, { act: 'seekBy', seconds: -60 }],
    ['ArrowRight', { ctrlKey: true }, { act: 'nextChapter' }],
    ['ArrowUp', {}, { act: 'volumeBy', amount: 0.05 }],
    ['0', {}, { act: 'seekToShare', share: 0 }],
    ['7', {}, { act: 'seekToShare', share: 0.7 }],
    ['f', {}, { act: 'fullscreen' }],
    ['t', {}, { act: 'theatre' }],
    ['i', {}, { act: 'pip' }],
    ['I', { shiftKey: true }, { act: 'stats' }],
    ['c', {}, { act: 'captions' }],
    ['s', {}, { act: 'speedMenu' }],
    ['m', {}, { act: 'mute' }],
    [',', {}, { act: 'frame', direction: -1 }],
    ['.', {}, { act: 'frame', direction: 1 }],
    ['n', {}, { act: 'next' }],
    ['p', {}, { act: 'previous' }],
    ['N', { shiftKey: true }, { act: 'next' }],
    ['?', { shiftKey: true }, { act: 'help' }],
    ['g', {}, { act: 'captionDelayBy', ms: -100 }],
    ['k', { ctrlKey: true }, null],
    ['f', { metaKey: true }, null],
    ['ArrowLeft', { altKey: true }, null],
    ['q', {}, null],
    ['Tab', {}, null],
    ['Enter', {}, null],
  ];
  it.each(cases)('%j with %j', (key, held, expected) => {
    expect(press(key, held)).toEqual(expected);
  });
});

it('every shortcut of the help has words', () => {
  for (const { text } of shortcuts) expect(en).toHaveProperty([text]);
});
