// Short messages at the foot of the window. An act that can be taken back offers "Undo" here.
import { t } from '$/i18n/index.svelte';
import { blockedBy, explain, isAbort } from '$/lib/api/errors';
import { href, router } from './router.svelte';

export interface Toast {
  id: number;
  tone: 'plain' | 'error';
  title: string;
  body: string | null;
  action: { label: string; run: () => void } | null;
}

const shownMs = 6000;
const errorMs = 12_000;
let nextId = 1;

class Toasts {
  list = $state.raw<Toast[]>([]);

  show(toast: { title: string } & Partial<Omit<Toast, 'id'>>): number {
    const id = nextId;
    nextId += 1;
    const made: Toast = { tone: 'plain', body: null, action: null, ...toast, id };
    this.list = [...this.list.slice(-2), made];
    setTimeout(() => this.dismiss(id), made.tone === 'error' ? errorMs : shownMs);
    return id;
  }

  /** Does what the newest message offers, as its button would. Returns whether there was one. */
  actOnLast(): boolean {
    const toast = this.list.findLast(({ action }) => action !== null);
    if (toast?.action == null) return false;
    this.dismiss(toast.id);
    toast.action.run();
    return true;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

/** The one place where a failure that has no screen of its own is told. */
export function handleError(error: unknown): void {
  if (isAbort(error)) return;
  const { what, safe, todo } = explain(error);
  const body = [safe, todo].filter((part) => part !== null).join(' ');
  const action =
    blockedBy(error) === null
      ? null
      : {
          label: t('blocked.lists'),
          run: () => router.go(href('settingsSection', { section: 'blocking' })),
        };
  toasts.show({ tone: 'error', title: what, body: body === '' ? null : body, action });
}
