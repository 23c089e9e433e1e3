// What this computer does not handle, as far as rooms other than its settings deal with it.
import type { QueryClient } from '@tanstack/svelte-query';
import { t } from '$/i18n/index.svelte';
import { api, keys } from './api';
import { handleError, toasts } from './toasts.svelte';

/** Allows one thing that a list blocks. Returns whether it did. */
export async function allow(client: QueryClient, what: string): Promise<boolean> {
  try {
    client.setQueryData(keys.ownRules, await api.addRule({ what, allow: true }));
    await client.invalidateQueries({ queryKey: keys.policy });
    toasts.show({ title: t('blocked.allowed') });
    return true;
  } catch (error) {
    handleError(error);
    return false;
  }
}

/** The name that a file gives to the list in it, in the letters that names of lists have. */
export function listName(file: string): string {
  const base = file.split(/[\\/]/).pop() ?? '';
  const name = base
    .replace(/\.(deny|txt|list)$/i, '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 64);
  return name === '' || name === 'own' ? 'list' : name;
}
