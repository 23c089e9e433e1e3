import { describe, expect, it } from 'vitest';
import {
  add,
  current,
  emptyQueue,
  following,
  goTo,
  inOrder,
  move,
  playAll,
  preceding,
  remove,
  shuffle,
  unshuffle,
  type Queue,
} from './queue';

/** A fixed sequence instead of luck. */
function chance(): () => number {
  let state = 42;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

const letters = ['a', 'b', 'c', 'd', 'e'];
const playing = (start = 1): Queue<string> => playAll<string>(emptyQueue, letters, start, chance());

describe('playing', () => {
  it('starts where it is told', () => {
    expect(current(playing(3))).toBe('d');
    expect(current(playAll<string>(emptyQueue, [], 0, chance()))).toBeNull();
  });

  it('goes on, ends, and goes round', () => {
    expect(following(playing(1), false)).toBe(2);
    expect(following(playing(4), false)).toBeNull();
    expect(following({ ...playing(4), repeat: 'all' }, false)).toBe(0);
    expect(following({ ...playing(2), repeat: 'one' }, false)).toBe(2);
    expect(following({ ...playing(2), repeat: 'one' }, true)).toBe(3);
    expect(following<string>(emptyQueue, true)).toBeNull();
  });

  it('goes back', () => {
    expect(preceding(playing(1))).toBe(0);
    expect(preceding(playing(0))).toBeNull();
    expect(preceding({ ...playing(0), repeat: 'all' })).toBe(4);
  });
});

describe('shuffle', () => {
  it('keeps what plays, and loses nothing', () => {
    const mixed = shuffle(playing(2), chance());
    expect(current(mixed)).toBe('c');
    expect(mixed.at).toBe(0);
    expect([...inOrder(mixed)].sort()).toEqual(letters);
  });

  it('comes back to the old order at the same song', () => {
    const back = unshuffle(goTo(shuffle(playing(2), chance()), 3));
    expect(inOrder(back)).toEqual(letters);
    const mixed = goTo(shuffle(playing(2), chance()), 3);
    expect(current(back)).toBe(current(mixed));
  });

  it('stays on for the next album', () => {
    const mixed = shuffle(playing(0), chance());
    const next = playAll(mixed, ['x', 'y', 'z'], 1, chance());
    expect(current(next)).toBe('y');
    expect(next.shuffled).toBe(true);
    expect([...inOrder(next)].sort()).toEqual(['x', 'y', 'z']);
  });
});

describe('changing the queue', () => {
  it('adds next and last', () => {
    expect(inOrder(add(playing(1), ['x'], 'next'))).toEqual(['a', 'b', 'x', 'c', 'd', 'e']);
    expect(inOrder(add(playing(1), ['x'], 'last'))).toEqual([...letters, 'x']);
    expect(current(add<string>(emptyQueue, ['x'], 'last'))).toBe('x');
  });

  it.each([
    [0, 'c', ['b', 'c', 'd', 'e']],
    [2, 'd', ['a', 'b', 'd', 'e']],
    [4, 'c', ['a', 'b', 'c', 'd']],
  ])('takes place %i out and goes on with %s', (place, playingNow, rest) => {
    const next = remove(playing(2), place);
    expect(inOrder(next)).toEqual(rest);
    expect(current(next)).toBe(playingNow);
  });

  it('survives losing all', () => {
    let queue = playing(2);
    for (let left = 0; left < 6; left += 1) queue = remove(queue, 0);
    expect(current(queue)).toBeNull();
    expect(queue.at).toBe(-1);
  });

  it('moves things, and what plays stays what plays', () => {
    for (let from = 0; from < 5; from += 1) {
      for (let to = 0; to < 5; to += 1) {
        const next = move(playing(2), from, to);
        expect(current(next)).toBe('c');
        expect(inOrder(next)[to]).toBe(letters[from]);
      }
    }
    expect(move(playing(), 0, 9)).toEqual(playing());
  });
});
