import { describe, expect, it } from 'vitest';
import { coverOf } from './cover';

describe('coverOf', () => {
  it('draws the same for the same name, and something else for another', () => {
    expect(coverOf('Night Ferry')).toEqual(coverOf('Night Ferry'));
    expect(coverOf('Night Ferry').hills).not.toEqual(coverOf('Upstream').hills);
  });

  it('uses many colours over many names', () => {
    const hues = new Set(Array.from({ length: 60 }, (_, at) => coverOf(`Album ${String(at)}`).hue));
    expect(hues.size).toBeGreaterThan(5);
  });

  it.each(['', 'Ü', '夜', 'a'.repeat(500)])('draws inside its field for %j', (name) => {
    const { hills, sun } = coverOf(name);
    expect(hills).toHaveLength(4);
    expect(sun.x).toBeGreaterThan(0);
    for (const path of hills) expect(path).toMatch(/^M0 100V[\d.C\s]+V100z$/);
  });
});
