// Messages: every string the person reads is a key in assets/locales, in ICU syntax.
// English is the source and is bundled; other languages load when they are chosen.
import { IntlMessageFormat } from 'intl-messageformat';
import en from '$locales/en.json';

export type MessageKey = keyof typeof en;
export type Values = Record<string, string | number | Date>;
export type Language = 'en' | 'de';

/** The languages the app speaks, each named in itself. */
export const languages: ReadonlyArray<{ id: Language; name: string }> = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
];

const catalogues: Partial<Record<Language, Record<string, string>>> = { en };
const formats = new Map<string, IntlMessageFormat>();
let current = $state<Language>('en');

/** The language for a choice: `auto` follows the system. */
export function resolveLanguage(choice: string, system: readonly string[]): Language {
  const wanted = choice === 'auto' ? system : [choice];
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    const found = languages.find((language) => language.id === base);
    if (found !== undefined) return found.id;
  }
  return 'en';
}

export async function setLanguage(choice: string): Promise<void> {
  const language = resolveLanguage(choice, navigator.languages);
  if (language === 'de' && catalogues.de === undefined) {
    catalogues.de = (await import('$locales/de.json')).default;
  }
  formats.clear();
  current = language;
  document.documentElement.lang = language;
}

export function language(): Language {
  return current;
}

/** The tag for Intl: the system's regional variant when it matches the language. */
export function localeTag(): string {
  const system = typeof navigator === 'undefined' ? [] : navigator.languages;
  const regional = system.find((tag) => tag.toLowerCase().startsWith(`${current}-`));
  return regional ?? (current === 'de' ? 'de-DE' : 'en-GB');
}

/** The message for `key` in the current language. Reading it in a template keeps it current. */
export function t(key: MessageKey, values?: Values): string {
  const text = catalogues[current]?.[key] ?? en[key];
  if (!text.includes('{')) return text;
  const cached = `${current}:${key}`;
  let format = formats.get(cached);
  if (format === undefined) {
    format = new IntlMessageFormat(text, localeTag());
    formats.set(cached, format);
  }
  return String(format.format(values));
}

export function hasMessage(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}
