// The views of Pix, and the addresses of them and of a photo seen from one of them.
import type { PhotosQuery } from '$/lib/api';
import { href, type Route } from '$/lib/router.svelte';

export type View =
  | { name: 'all' | 'favourites' | 'albums' | 'duplicates' | 'trash' }
  | { name: 'album'; id: string };

const plain = ['favourites', 'albums', 'duplicates', 'trash'] as const;

/** What an address shows: a view, and the photo that is open in it. */
export function readRoute(route: Pick<Route, 'name' | 'params' | 'query'>): {
  view: View;
  photo: string | null;
} {
  const id = route.params['id'] ?? '';
  if (route.name === 'photo') {
    const album = route.query.get('album');
    const view: View =
      album !== null
        ? { name: 'album', id: album }
        : { name: route.query.get('in') === 'favourites' ? 'favourites' : 'all' };
    return { view, photo: id };
  }
  if (route.name === 'photoAlbum') return { view: { name: 'album', id }, photo: null };
  const wanted = route.params['view'];
  return { view: { name: plain.find((name) => name === wanted) ?? 'all' }, photo: null };
}

export function viewHref(view: View): string {
  if (view.name === 'album') return href('photoAlbum', { id: view.id });
  return view.name === 'all' ? href('photos') : href('photosView', { view: view.name });
}

export function photoHref(view: View, id: string): string {
  return href(
    'photo',
    { id },
    {
      album: view.name === 'album' ? view.id : undefined,
      in: view.name === 'favourites' ? 'favourites' : undefined,
    },
  );
}

export function queryOf(view: View): PhotosQuery {
  if (view.name === 'album') return { albumId: view.id };
  return view.name === 'favourites' ? { favourite: true } : {};
}
