// What can be done with shares, told in the same words everywhere.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import { api, keys, type Received, type Share } from '$/lib/api';
import { handleError, toasts } from '$/lib/toasts.svelte';

/** Copies a link, without showing it again: whoever reads it over a shoulder could open it. */
export async function copyLink(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link);
    toasts.show({ title: t('share.linkCopied') });
    return true;
  } catch (error) {
    handleError(error);
    return false;
  }
}

export async function takeBack(client: QueryClient, share: Share): Promise<void> {
  try {
    const over = await api.revokeShare(share.id);
    client.setQueryData<Share[]>(keys.shares, (all) =>
      all?.map((one) => (one.id === over.id ? over : one)),
    );
    toasts.show({ title: t('share.takenBack', { title: share.title }) });
  } catch (error) {
    handleError(error);
  } finally {
    await client.invalidateQueries({ queryKey: keys.shares });
  }
}

export async function removeShare(client: QueryClient, share: Share): Promise<void> {
  try {
    await api.removeShare(share.id);
  } catch (error) {
    handleError(error);
  } finally {
    await client.invalidateQueries({ queryKey: keys.shares });
  }
}

export async function removeReceived(client: QueryClient, received: Received): Promise<boolean> {
  try {
    await api.removeReceived(received.id);
    toasts.show({ title: t('received.removed', { title: received.title }) });
    return true;
  } catch (error) {
    handleError(error);
    return false;
  } finally {
    await client.invalidateQueries({ queryKey: keys.allReceived, exact: true });
  }
}
