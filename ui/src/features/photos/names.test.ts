import { describe, expect, it } from 'vitest';
import { countOf, kindsOf } from './names';

const photo = { kind: 'photo' } as const;
const clip = { kind: 'clip' } as const;

describe('countOf', () => {
  it.each([
    [[photo, photo], '2 photos'],
    [[clip], '1 video'],
    [[photo, clip, photo], '2 photos and 1 video'],
  ])('says what is there', (all, words) => {
    expect(countOf(all.length, kindsOf(all))).toBe(words);
  });

  it('says only how many as long as it is not known which', () => {
    expect(countOf(7, null)).toBe('7 items');
    expect(countOf(7, { photos: 3, clips: 1 })).toBe('7 items');
    expect(countOf(0, { photos: 0, clips: 0 })).toBe('nothing');
  });
});
