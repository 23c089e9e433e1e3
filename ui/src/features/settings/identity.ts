// Why a key was refused, in words, and the field that it is about.
import { hasMessage, t } from '$/i18n/index.svelte';
import { ApiError, explain } from '$/lib/api';

/** Characters of the shortest password; the daemon refuses shorter ones. */
export const minPassword = 8;

export interface Trouble {
  of: 'secret' | 'password' | 'all';
  text: string;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) {
    if (error.code === 'bad_key') return { of: 'secret', text: whyNoKey(error.detail) };
    if (error.code === 'wrong_password') {
      return { of: 'password', text: t('identity.wrongPassword') };
    }
    if (error.code === 'conflict') return { of: 'secret', text: t('identity.same') };
  }
  const { what, safe, todo } = explain(error);
  return { of: 'all', text: [what, safe, todo].filter((part) => part !== null).join(' ') };
}

function whyNoKey(detail: unknown): string {
  if (typeof detail === 'object' && detail !== null && 'reason' in detail) {
    const key = `identity.bad.${String(detail.reason)}`;
    const word = 'word' in detail && typeof detail.word === 'number' ? detail.word : 0;
    if (hasMessage(key)) return t(key, { word });
  }
  return t('identity.bad.unreadable');
}
