import { describe, expect, it } from 'vitest';
import { distinct } from './distinct';

describe('names of one drop', () => {
  it('stay as they are when they differ', () => {
    const paths = ['a.jpg', 'b/a.jpg', '.hidden', 'no-dot'];
    expect(distinct(paths)).toEqual(paths);
  });

  it('are counted when they do not', () => {
    expect(
      distinct(['a.jpg', 'a.jpg', 'a (2).jpg', 'a.jpg', 'x.y/b', 'x.y/b', '.c', '.c']),
    ).toEqual([
      'a.jpg',
      'a (2).jpg',
      'a (2) (2).jpg',
      'a (3).jpg',
      'x.y/b',
      'x.y/b (2)',
      '.c',
      '.c (2)',
    ]);
  });
});
