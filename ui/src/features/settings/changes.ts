// Changing settings: shown at once, taken back when the daemon says no.
import type { QueryClient } from '@tanstack/svelte-query';
import { api, keys, type Settings, type SettingsPatch } from '$/lib/api';
import { handleError } from '$/lib/toasts.svelte';

/**
 * What a fresh home has; a setting that differs can be put back. Whom this computer speaks with is
 * not among them: that is a person's answer, and nothing to begin again with.
 */
const defaults = {
  language: 'auto',
  theme: 'system',
  importMode: 'auto',
  keepInPlaceAboveMib: 64,
  quotaBytes: null,
  autostart: false,
  notifications: false,
  closeToTray: 'ask',
  watchedThreshold: 0.92,
  autoplayNext: true,
  seekSeconds: 10,
  slideshowSeconds: 5,
  captions: { size: 100, color: '#ffffff', delayMs: 0 },
  stripLocation: true,
  uploadLimit: null,
  downloadLimit: null,
  limitHours: null,
  metered: false,
  announce: 'roots',
  proxy: null,
  bootstrap: null,
} satisfies Partial<Settings>;

export type SettingKey = keyof typeof defaults;

export function isChanged(settings: Settings, key: SettingKey): boolean {
  return JSON.stringify(sorted(settings[key])) !== JSON.stringify(sorted(defaults[key]));
}

export function changedKeys(settings: Settings): SettingKey[] {
  return (Object.keys(defaults) as SettingKey[]).filter((key) => isChanged(settings, key));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
}

export async function change(client: QueryClient, patch: SettingsPatch): Promise<void> {
  const before = client.getQueryData<Settings>(keys.settings);
  if (before !== undefined) client.setQueryData(keys.settings, merged(before, patch));
  try {
    client.setQueryData(keys.settings, await api.changeSettings(patch));
  } catch (error) {
    client.setQueryData(keys.settings, before);
    handleError(error);
  }
}

/** Runs an act and shows what the settings are afterwards. */
export async function settle(client: QueryClient, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
    await client.invalidateQueries();
  } catch (error) {
    handleError(error);
  }
}

function merged(before: Settings, patch: SettingsPatch): Settings {
  const captions = { ...before.captions, ...patch.captions };
  return Object.assign({}, before, patch, { captions });
}
