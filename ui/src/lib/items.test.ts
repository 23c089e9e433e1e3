import { describe, expect, it } from 'vitest';
import { captionFor, captionName } from './items';

describe('captions', () => {
  it.each([
    [{ label: 'de', language: 'de' }, 'German'],
    [{ label: '', language: 'en' }, 'English'],
    [{ label: 'Commentary', language: 'en' }, 'English, Commentary'],
    [{ label: 'Track 2', language: null }, 'Track 2'],
  ])('%j are called %s', (track, name) => {
    expect(captionName(track)).toBe(name);
  });

  it('begin in the language of the person, else with the first', () => {
    const [german, english, french] = [
      { language: 'de' },
      { language: 'en-GB' },
      { language: 'fr' },
    ];
    expect(captionFor([german, english])).toBe(english);
    expect(captionFor([german, french])).toBe(german);
    expect(captionFor([])).toBeNull();
  });
});
