// Making, naming and removing albums. An album only points at photos: removing one removes none.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import { api, type Album } from '$/lib/api';
import { share } from '$/lib/sharing.svelte';
import { handleError, toasts } from '$/lib/toasts.svelte';

export async function createAlbum(client: QueryClient, title: string): Promise<Album | null> {
  try {
    const album = await api.addAlbum({ title });
    await client.invalidateQueries();
    return album;
  } catch (error) {
    handleError(error);
    return null;
  }
}

export async function renameAlbum(
  client: QueryClient,
  album: Pick<Album, 'id' | 'title'>,
  title: string,
): Promise<void> {
  try {
    await api.changeAlbum(album.id, { title });
    await client.invalidateQueries();
  } catch (error) {
    handleError(error);
  }
}

export async function removeAlbum(
  client: QueryClient,
  album: Pick<Album, 'id' | 'title'>,
): Promise<boolean> {
  try {
    await api.removeAlbum(album.id);
    await client.invalidateQueries();
    toasts.show({ title: t('pix.albumGone', { album: album.title }) });
    return true;
  } catch (error) {
    handleError(error);
    return false;
  }
}

export function shareAlbum({ id, title, count }: Pick<Album, 'id' | 'title' | 'count'>): void {
  share({ title, items: [], albumId: id, count });
}
