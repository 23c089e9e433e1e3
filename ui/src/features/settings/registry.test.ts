import { describe, expect, it } from 'vitest';
import { found, sectionsOf } from './registry';

describe('the search of settings', () => {
  it('finds by name, by what a setting says, and by its section', () => {
    expect(found('language', true)).toContain('language');
    expect(found('light dark', true)).toContain('theme');
    expect(found('playback', true)).toContain('captions');
  });

  it('wants every word', () => {
    expect(found('language zebra', true)).toEqual([]);
  });

  it('does not find what this host does not have', () => {
    expect(found('tray', true)).toContain('closeToTray');
    expect(found('tray', false)).not.toContain('closeToTray');
  });

  it('names the sections of what was found, in their order', () => {
    expect(sectionsOf(['version', 'theme', 'language'])).toEqual(['general', 'about']);
  });
});
