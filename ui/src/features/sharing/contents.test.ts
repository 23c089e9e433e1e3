import { describe, expect, it } from 'vitest';
import type { ItemDetail } from '$/lib/api';
import { contentsOf, countWords } from './contents';

type Looked = Pick<ItemDetail, 'kind' | 'title' | 'facts'>;

const item = (kind: Looked['kind'], size: number, placed = false): Looked => ({
  kind,
  title: kind,
  facts: {
    size,
    gps: placed ? { latitude: 1, longitude: 2, altitude: null } : null,
  } as Looked['facts'],
});

describe('contentsOf', () => {
  it('counts kinds, bytes and places when everything was looked at', () => {
    const looked = [item('photo', 5, true), item('clip', 7, true), item('track', 1)];
    const { known, names } = contentsOf(looked, 3);
    expect(known).toEqual({ bytes: 13, photos: 1, videos: 1, tracks: 1, others: 0, placed: 2 });
    expect(names).toEqual(['photo', 'clip', 'track']);
  });

  it('claims nothing of what it has not seen', () => {
    expect(contentsOf([item('photo', 5)], 400).known).toBeNull();
  });
});

describe('countWords', () => {
  const cases: Array<[Looked[], number, string]> = [
    [[item('film', 1)], 1, '1 video'],
    [[item('photo', 1), item('photo', 1), item('clip', 1)], 3, '1 video and 2 photos'],
    [[item('file', 1)], 1, '1 file'],
    [[item('photo', 1)], 400, '400 items'],
  ];
  it.each(cases)('%#', (looked, count, expected) => {
    expect(countWords(contentsOf(looked, count))).toBe(expected);
  });
});
