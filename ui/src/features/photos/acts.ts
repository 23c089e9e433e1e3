// What can be done with photos, told and taken back in the same words everywhere.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import { api, type BatchAction, type BatchFailure, type Photo } from '$/lib/api';
import { handleError, toasts } from '$/lib/toasts.svelte';
import type { PhotoSource } from './source.svelte';

/** The most that the daemon takes in one request. */
const atOnce = 10_000;

async function batch(
  client: QueryClient,
  ids: readonly string[],
  action: BatchAction,
  alsoDeleteFile?: boolean,
): Promise<boolean> {
  try {
    const failed: BatchFailure[] = [];
    for (let from = 0; from < ids.length; from += atOnce) {
      const part = ids.slice(from, from + atOnce);
      failed.push(...(await api.batch({ ids: part, action, alsoDeleteFile })).failed);
    }
    const [first] = failed;
    if (first !== undefined) {
      toasts.show({
        tone: 'error',
        title: t('pix.failed', { count: failed.length }),
        body: first.message,
      });
    }
    await client.invalidateQueries();
    return failed.length < ids.length;
  } catch (error) {
    handleError(error);
    return false;
  }
}

/** Likes all of them, or, when all are liked already, none. */
export async function toggleFavourite(
  client: QueryClient,
  source: PhotoSource | null,
  photos: readonly Pick<Photo, 'id' | 'favourite'>[],
): Promise<void> {
  if (photos.length === 0) return;
  const favourite = !photos.every((photo) => photo.favourite);
  const ids = photos.map(({ id }) => id);
  source?.patch(new Set(ids), { favourite });
  await batch(client, ids, favourite ? 'favourite' : 'unfavourite');
}

export async function trash(client: QueryClient, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0 || !(await batch(client, ids, 'trash'))) return false;
  toasts.show({
    title: t('pix.trashed', { count: ids.length }),
    action: { label: t('common.undo'), run: () => void batch(client, ids, 'restore') },
  });
  return true;
}

export async function restore(client: QueryClient, ids: readonly string[]): Promise<void> {
  if (!(await batch(client, ids, 'restore'))) return;
  toasts.show({
    title: t('pix.restored', { count: ids.length }),
    action: { label: t('common.undo'), run: () => void batch(client, ids, 'trash') },
  });
}

export async function deleteForEver(
  client: QueryClient,
  ids: readonly string[],
  alsoDeleteFile: boolean,
): Promise<void> {
  if (await batch(client, ids, 'delete', alsoDeleteFile)) {
    toasts.show({ title: t('pix.deleted', { count: ids.length }) });
  }
}

export async function addToAlbum(
  client: QueryClient,
  album: { id: string; title: string },
  ids: readonly string[],
): Promise<void> {
  try {
    await api.addToAlbum(album.id, [...ids]);
    await client.invalidateQueries();
    toasts.show({
      title: t('pix.addedTo', { count: ids.length, album: album.title }),
      action: {
        label: t('common.undo'),
        run: () => void removeFromAlbum(client, album, ids, false),
      },
    });
  } catch (error) {
    handleError(error);
  }
}

export async function removeFromAlbum(
  client: QueryClient,
  album: { id: string; title: string },
  ids: readonly string[],
  tell = true,
): Promise<void> {
  try {
    await api.removeFromAlbum(album.id, [...ids]);
    await client.invalidateQueries();
    if (!tell) return;
    toasts.show({
      title: t('pix.takenFrom', { count: ids.length, album: album.title }),
      action: { label: t('common.undo'), run: () => void addToAlbum(client, album, ids) },
    });
  } catch (error) {
    handleError(error);
  }
}
