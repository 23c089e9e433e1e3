// Copying text, and saying that it happened.
import { t } from '$/i18n/index.svelte';
import { handleError, toasts } from './toasts.svelte';

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.show({ title: t('common.copied'), body: text });
  } catch (error) {
    handleError(error);
  }
}
