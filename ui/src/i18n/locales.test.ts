import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import de from '$locales/de.json';
import en from '$locales/en.json';
import { resolveLanguage } from './index.svelte';

const catalogues = { en, de };

interface Part {
  value?: unknown;
  type: number;
  options?: Record<string, { value: Part[] }>;
}

/** Literal text and the `#` of a plural name nothing. */
const nameless = new Set([0, 7]);

/** The names a message asks for, so that a translation cannot lose one. */
function argumentsOf(text: string): string[] {
  const names = new Set<string>();
  const visit = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (!nameless.has(part.type)) names.add(String(part.value));
      for (const option of Object.values(part.options ?? {})) visit(option.value);
    }
  };
  visit(new IntlMessageFormat(text, 'en').getAst());
  return [...names].sort();
}

describe('locales', () => {
  it('have the same keys in every language', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
  });

  it.each(Object.entries(catalogues))('%s is sorted', (_, catalogue) => {
    const names = Object.keys(catalogue);
    expect(names).toEqual([...names].sort());
  });

  it.each(Object.entries(catalogues))(
    '%s has no empty and no broken message',
    (name, catalogue) => {
      for (const [key, text] of Object.entries(catalogue)) {
        expect(text.trim(), key).not.toBe('');
        expect(() => new IntlMessageFormat(text, name), key).not.toThrow();
      }
    },
  );

  it('ask for the same values in every language', () => {
    const german: Record<string, string> = de;
    for (const [key, text] of Object.entries(en)) {
      expect(argumentsOf(german[key] ?? ''), key).toEqual(argumentsOf(text));
    }
  });
});

describe('resolveLanguage', () => {
  const cases: Array<[string, string[], string]> = [
    ['auto', ['de-AT', 'en'], 'de'],
    ['auto', ['fr-FR', 'de'], 'de'],
    ['auto', ['fr-FR'], 'en'],
    ['auto', [], 'en'],
    ['de', ['en-GB'], 'de'],
    ['en', ['de-DE'], 'en'],
  ];
  it.each(cases)('%s with %j is %s', (choice, system, expected) => {
    expect(resolveLanguage(choice, system)).toBe(expected);
  });
});
