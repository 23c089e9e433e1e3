import { describe, expect, it } from 'vitest';
import { match } from '$/lib/router.svelte';
import { photoHref, queryOf, readRoute, viewHref, type View } from './views';

const views: View[] = [
  { name: 'all' },
  { name: 'favourites' },
  { name: 'albums' },
  { name: 'duplicates' },
  { name: 'trash' },
  { name: 'album', id: 'a1' },
];

function read(address: string): ReturnType<typeof readRoute> {
  const [path = '', search = ''] = address.split('?');
  return readRoute(match(path, search));
}

describe('addresses', () => {
  it.each(views)('%j comes back from its address', (view) => {
    expect(read(viewHref(view))).toEqual({ view, photo: null });
  });

  it.each(views.filter(({ name }) => ['all', 'favourites', 'album'].includes(name)))(
    'a photo in %j comes back from its address',
    (view) => {
      expect(read(photoHref(view, 'p9'))).toEqual({ view, photo: 'p9' });
    },
  );

  it('an unknown view shows everything', () => {
    expect(read('/pix/nonsense')).toEqual({ view: { name: 'all' }, photo: null });
  });

  it('ask for what they show', () => {
    expect(queryOf({ name: 'album', id: 'a1' })).toEqual({ albumId: 'a1' });
    expect(queryOf({ name: 'favourites' })).toEqual({ favourite: true });
    expect(queryOf({ name: 'all' })).toEqual({});
  });
});
