// Licences that a public share can name, in the words of people.
import { hasMessage, t, type MessageKey } from '$/i18n/index.svelte';
import type { SharedThing } from '$/lib/api';

/** Freest first; `own` stands for words of the person's own. */
export const licences = [
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-SA-4.0',
  'CC-BY-NC-4.0',
  'CC-BY-ND-4.0',
  'CC-BY-NC-SA-4.0',
  'CC-BY-NC-ND-4.0',
  'public-domain',
  'all-rights-reserved',
  'own',
] as const;
export type Licence = (typeof licences)[number];

/** "Free, with your name (CC BY 4.0)"; words that are nobody's licence stay as they are. */
export function licenceName(licence: string): string {
  const key = `licence.${licence}`;
  return licence !== 'own' && hasMessage(key) ? t(key) : licence;
}

/** What others may do by it. */
export function licenceText(licence: Licence): string {
  return t(`licence.${licence}.text` satisfies MessageKey);
}

/** What the things of a share say, each once. */
export function licencesOf(things: readonly Pick<SharedThing, 'licence'>[]): string[] {
  const texts = things.map(({ licence }) => licence ?? '');
  return [...new Set(texts.filter((text) => text !== ''))];
}
