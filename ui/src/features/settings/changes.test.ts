import { describe, expect, it } from 'vitest';
import type { Settings } from '$/lib/api';
import { changedKeys } from './changes';

const fresh: Settings = {
  language: 'auto',
  theme: 'system',
  keepInPlaceAboveMib: 64,
  importMode: 'auto',
  quotaBytes: null,
  autostart: false,
  notifications: false,
  closeToTray: 'ask',
  watchedThreshold: 0.92,
  seekSeconds: 10,
  autoplayNext: true,
  slideshowSeconds: 5,
  stripLocation: true,
  network: 'direct',
  bootstrap: null,
  uploadLimit: null,
  downloadLimit: null,
  limitHours: null,
  proxy: null,
  metered: false,
  announce: 'roots',
  captions: { color: '#ffffff', size: 100, delayMs: 0 },
  firstRunDone: true,
};

describe('changedKeys', () => {
  it('is empty for a fresh home', () => {
    expect(changedKeys(fresh)).toEqual([]);
  });

  it('names what differs, inside captions too', () => {
    const captions = { ...fresh.captions, size: 150 };
    expect(changedKeys({ ...fresh, theme: 'dark', captions })).toEqual(['theme', 'captions']);
  });
});
