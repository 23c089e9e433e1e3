// The order of what plays: pure, so that shuffle, repeat and moving things about can be proven.
// A queue never changes; every act gives a new one.

export type Repeat = 'off' | 'all' | 'one';

export interface Queue<T> {
  /** What was put in, in the order it was put in. */
  readonly entries: readonly T[];
  /** The order of playing, as indexes into `entries`. */
  readonly order: readonly number[];
  /** Where in `order` we are; -1 when there is nothing. */
  readonly at: number;
  readonly shuffled: boolean;
  readonly repeat: Repeat;
}

export const emptyQueue: Queue<never> = {
  entries: [],
  order: [],
  at: -1,
  shuffled: false,
  repeat: 'off',
};

/** 0 (included) to 1 (excluded), as Math.random. */
export type Chance = () => number;

const straight = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function mixed(indexes: readonly number[], chance: Chance): number[] {
  const list = [...indexes];
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(chance() * (last + 1));
    const kept = list[last] ?? 0;
    list[last] = list[other] ?? 0;
    list[other] = kept;
  }
  return list;
}

export function playAll<T>(
  queue: Queue<T>,
  entries: readonly T[],
  start: number,
  chance: Chance,
): Queue<T> {
  if (entries.length === 0) return { ...queue, entries, order: [], at: -1 };
  const next = { ...queue, entries, order: straight(entries.length), at: start };
  return queue.shuffled ? shuffle({ ...next, shuffled: false }, chance) : next;
}

/** The current one stays and becomes the first; all others follow in a new order. */
export function shuffle<T>(queue: Queue<T>, chance: Chance): Queue<T> {
  const current = queue.order[queue.at];
  const others = straight(queue.entries.length).filter((index) => index !== current);
  const order = [...(current === undefined ? [] : [current]), ...mixed(others, chance)];
  return { ...queue, order, at: current === undefined ? queue.at : 0, shuffled: true };
}

export function unshuffle<T>(queue: Queue<T>): Queue<T> {
  const current = queue.order[queue.at] ?? queue.at;
  return { ...queue, order: straight(queue.entries.length), at: current, shuffled: false };
}

export function current<T>(queue: Queue<T>): T | null {
  return entryAt(queue, queue.at);
}

export function entryAt<T>(queue: Queue<T>, place: number): T | null {
  const index = queue.order[place];
  return index === undefined ? null : (queue.entries[index] ?? null);
}

/** All entries in the order of playing. */
export function inOrder<T>(queue: Queue<T>): T[] {
  return queue.order.flatMap((index) => {
    const entry = queue.entries[index];
    return entry === undefined ? [] : [entry];
  });
}

/** The place that follows; `asked` is a press on "next", which gets past "repeat one". */
export function following<T>(queue: Queue<T>, asked: boolean): number | null {
  if (queue.order.length === 0) return null;
  if (queue.repeat === 'one' && !asked) return queue.at;
  if (queue.at + 1 < queue.order.length) return queue.at + 1;
  return queue.repeat === 'off' ? null : 0;
}

export function preceding<T>(queue: Queue<T>): number | null {
  if (queue.at > 0) return queue.at - 1;
  return queue.repeat === 'all' && queue.order.length > 0 ? queue.order.length - 1 : null;
}

export function goTo<T>(queue: Queue<T>, place: number): Queue<T> {
  return place >= 0 && place < queue.order.length ? { ...queue, at: place } : queue;
}

/** Puts entries right behind the current one, or at the end. */
export function add<T>(queue: Queue<T>, entries: readonly T[], where: 'next' | 'last'): Queue<T> {
  const fresh = entries.map((_, index) => queue.entries.length + index);
  const place = where === 'next' ? queue.at + 1 : queue.order.length;
  return {
    ...queue,
    entries: [...queue.entries, ...entries],
    order: [...queue.order.slice(0, place), ...fresh, ...queue.order.slice(place)],
    at: queue.at === -1 ? 0 : queue.at,
  };
}

/** Takes one out. When it was the current one, the one behind it takes its place. */
export function remove<T>(queue: Queue<T>, place: number): Queue<T> {
  const gone = queue.order[place];
  if (gone === undefined) return queue;
  const order = queue.order
    .filter((_, index) => index !== place)
    .map((index) => (index > gone ? index - 1 : index));
  const entries = queue.entries.filter((_, index) => index !== gone);
  const at = place < queue.at ? queue.at - 1 : Math.min(queue.at, order.length - 1);
  return { ...queue, entries, order, at };
}

export function move<T>(queue: Queue<T>, from: number, to: number): Queue<T> {
  const moved = queue.order[from];
  if (moved === undefined || to < 0 || to >= queue.order.length || from === to) return queue;
  const order = queue.order.filter((_, index) => index !== from);
  order.splice(to, 0, moved);
  const playing = queue.order[queue.at];
  return { ...queue, order, at: playing === undefined ? queue.at : order.indexOf(playing) };
}

export const nextRepeat: Record<Repeat, Repeat> = { off: 'all', all: 'one', one: 'off' };
