// Draws a cover from a name: colours and hills that are always the same for the same words.

export interface Cover {
  /** Of the hills and the high sky. */
  hue: number;
  /** Of the light on the horizon. */
  farHue: number;
  sun: { x: number; y: number; r: number };
  /** SVG paths in a field of 100 by 100, the farthest first. */
  hills: string[];
}

/** River, dusk, moss, rose and slate: hues that stand well beside each other and the accent. */
const hues: readonly (readonly [number, number])[] = [
  [205, 190],
  [255, 55],
  [165, 140],
  [10, 60],
  [285, 40],
  [235, 220],
  [60, 85],
  [185, 80],
];
const layers = 4;

export function coverOf(name: string): Cover {
  const random = randomFrom(name);
  const [hue, farHue] = hues[Math.floor(random() * hues.length)] ?? [205, 190];
  const sun = { x: 24 + random() * 52, y: 26 + random() * 16, r: 5 + random() * 4 };
  const hills = Array.from({ length: layers }, (_, at) => hill(at / (layers - 1), random));
  return { hue, farHue, sun, hills };
}

/** A soft line from side to side; nearer ones lie lower and roll less. */
function hill(depth: number, random: () => number): string {
  const base = 48 + depth * 34;
  const swing = 13 - depth * 6;
  const points = [0, 25, 50, 75, 100].map((x) => ({ x, y: base + (random() - 0.5) * 2 * swing }));
  const first = points[0]?.y ?? base;
  let path = `M0 100V${round(first)}`;
  for (const [at, point] of points.entries()) {
    const before = points[at - 1];
    if (before === undefined) continue;
    const middle = (before.x + point.x) / 2;
    path += `C${round(middle)} ${round(before.y)} ${round(middle)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
  }
  return `${path}V100z`;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Numbers from 0 to 1 that follow from the letters alone. */
function randomFrom(text: string): () => number {
  let state = 2166136261;
  for (const letter of text.normalize('NFC')) {
    state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16777619);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
