import { describe, expect, it } from 'vitest';
import { href, match } from './router.svelte';

describe('match', () => {
  const cases: Array<[string, string | null, Record<string, string>]> = [
    ['/', 'home', {}],
    ['', 'home', {}],
    ['/watch', 'watch', {}],
    ['/watch/', 'watch', {}],
    ['/title/abc', 'title', { id: 'abc' }],
    ['/play/a%20b', 'player', { id: 'a b' }],
    ['/pix', 'photos', {}],
    ['/pix/favourites', 'photosView', { view: 'favourites' }],
    ['/pix/album/1', 'photoAlbum', { id: '1' }],
    ['/play/%E0%A4%A', 'player', { id: '%E0%A4%A' }],
    ['/nowhere/at/all', null, {}],
    ['/title', null, {}],
  ];
  it.each(cases)('%s is %s', (path, name, params) => {
    const route = match(path);
    expect(route.name).toBe(name);
    expect(route.params).toEqual(params);
  });

  it('keeps the query', () => {
    expect(match('/search', '?q=long+tide').query.get('q')).toBe('long tide');
  });
});

describe('href', () => {
  it('is the inverse of match', () => {
    const path = href('title', { id: 'a/b c' });
    expect(path).toBe('/title/a%2Fb%20c');
    expect(match(path).params).toEqual({ id: 'a/b c' });
  });

  it('drops empty query values', () => {
    expect(href('watch', {}, { sort: 'year', genre: '', unseen: undefined })).toBe(
      '/watch?sort=year',
    );
  });
});
