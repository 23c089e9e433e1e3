// What the palette can do besides going somewhere: acts that rooms share.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import { api, keys, type Theme } from './api';
import { handleError, toasts } from './toasts.svelte';

export async function setTheme(client: QueryClient, theme: Theme): Promise<void> {
  try {
    client.setQueryData(keys.settings, await api.changeSettings({ theme }));
  } catch (error) {
    handleError(error);
  }
}

export async function verifyStorage(client: QueryClient): Promise<void> {
  try {
    await api.verifyStorage();
    await client.invalidateQueries({ queryKey: keys.jobs });
    toasts.show({ title: t('palette.verifying') });
  } catch (error) {
    handleError(error);
  }
}
