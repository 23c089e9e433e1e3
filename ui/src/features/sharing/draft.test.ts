import { describe, expect, it } from 'vitest';
import { Draft } from './draft.svelte';

const one = { title: 'The Long Tide', items: ['a'], count: 1 };
const many = { title: '2 files', items: ['a', 'b'], count: 2 };

describe('a share that is thought about', () => {
  it('goes to whoever has the link, unless said otherwise', () => {
    expect(new Draft(one, false).request()).toEqual({
      items: ['a'],
      title: 'The Long Tide',
      expiresAt: null,
      keepLocation: false,
    });
  });

  it('is called what the person calls it, and never nothing', () => {
    const draft = new Draft(one, false);
    draft.title = ' For Ada ';
    expect(draft.request()).toMatchObject({ title: 'For Ada' });
    draft.title = ' ';
    expect(draft.request()).toMatchObject({ title: 'The Long Tide' });
  });

  it('keeps a password and an end to links', () => {
    const draft = new Draft(many, true);
    draft.guarded = true;
    draft.password = 'slow river';
    draft.end = 'day';
    draft.choose('public');
    draft.licence = 'CC0-1.0';
    expect(draft.request()).toEqual({
      items: ['a', 'b'],
      title: '2 files',
      visibility: 'public',
      licence: 'CC0-1.0',
      keepLocation: true,
    });
  });

  it('is not public without a licence, nor with an empty warning', async () => {
    const draft = new Draft(one, false);
    draft.choose('public');
    expect(draft.badLicence).toBe(true);
    expect(await draft.make()).toBeNull();
    draft.licence = 'own';
    draft.ownLicence = '  ';
    expect(draft.badLicence).toBe(true);
    draft.ownLicence = ' Ask me first ';
    expect(draft.badLicence).toBe(false);
    draft.warned = true;
    expect(draft.badWarning).toBe(true);
    draft.warning = 'Flashing lights ';
    expect(draft.request()).toMatchObject({
      licence: 'Ask me first',
      warning: 'Flashing lights',
    });
  });
});
