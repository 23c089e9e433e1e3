import { describe, expect, it } from 'vitest';
import { ProgressKeeper, startAt, type Moment } from './progress';

const watched = (positionMs: number, finished = false) => ({
  positionMs,
  durationMs: 100_000,
  finished,
  updatedAt: 0,
});

describe('startAt', () => {
  it.each([
    [null, null, 0],
    [null, watched(42_000), 42],
    [null, watched(97_000), 0],
    [null, watched(50_000, true), 0],
    ['0', watched(42_000), 0],
    ['12.5', null, 12.5],
    ['soon', watched(42_000), 42],
    ['-3', null, 0],
  ])('%j with %j', (asked, progress, expected) => {
    expect(startAt(asked, progress)).toBe(expected);
  });
});

describe('ProgressKeeper', () => {
  const keep = () => {
    const saved: Moment[] = [];
    return { saved, keeper: new ProgressKeeper((moment) => saved.push(moment)) };
  };

  it('saves every five seconds of film', () => {
    const { saved, keeper } = keep();
    for (let time = 0; time <= 11; time += 0.25) keeper.passed(time, 60);
    expect(saved.map((moment) => moment.positionMs)).toEqual([5000, 10_000]);
  });

  it('saves at a pause, once', () => {
    const { saved, keeper } = keep();
    keeper.passed(0, 60);
    keeper.keep(2, 60);
    keeper.keep(2, 60);
    expect(saved).toEqual([{ positionMs: 2000, durationMs: 60_000 }]);
  });

  it('says nothing about a film that never ran, or whose length is unknown', () => {
    const { saved, keeper } = keep();
    keeper.keep(3, 60);
    keeper.passed(1, 0);
    keeper.keep(9, 0);
    expect(saved).toEqual([]);
  });
});
