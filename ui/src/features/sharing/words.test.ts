import { describe, expect, it } from 'vitest';
import { ApiError, type Share } from '$/lib/api';
import { reachOf, receivedWords, refusalOf, shareFacts, standingOf } from './words';

const now = 1_000_000;
const share: Share = {
  id: 'a',
  state: 'ready',
  title: 'The Long Tide',
  items: ['x', 'y'],
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  visibility: 'link',
  licence: null,
  warning: null,
  root: null,
  content: null,
  link: 'tributary://share/1/x#y',
  hasPassword: false,
  keepLocation: false,
  bytes: 2000,
  openNow: 0,
  message: null,
};

describe('standingOf', () => {
  it('knows that a link has run out before the daemon says so', () => {
    expect(standingOf({ state: 'ready', expiresAt: now + 1 }, now)).toBe('ready');
    expect(standingOf({ state: 'ready', expiresAt: now }, now)).toBe('ended');
    expect(standingOf({ state: 'revoked', expiresAt: now }, now)).toBe('revoked');
  });
});

describe('shareFacts', () => {
  it('says what is in it and how it is guarded', () => {
    expect(shareFacts(share, now)).toBe('2 files · 2 kB');
    const guarded = { ...share, hasPassword: true, keepLocation: true };
    expect(shareFacts(guarded, now)).toBe('2 files · 2 kB · password · with places');
  });

  it('says under which licence everybody has it', () => {
    const all: Share = { ...share, visibility: 'public', licence: 'CC0-1.0', warning: 'x' };
    expect(shareFacts(all, now)).toBe(
      '2 files · 2 kB · Free for everything (CC0) · with a warning',
    );
  });

  it('says when it ends, or ended, but not of what was taken back before', () => {
    expect(shareFacts({ ...share, expiresAt: now + 1 }, now)).toContain('ends ');
    expect(shareFacts({ ...share, expiresAt: now - 1 }, now)).toContain('ended ');
    const revoked: Share = { ...share, state: 'revoked', expiresAt: now + 1, revokedAt: now };
    expect(shareFacts(revoked, now)).not.toContain('ends ');
  });
});

describe('receivedWords', () => {
  it('says what one thing is, and how many more are', () => {
    expect(receivedWords({ kind: 'film', count: 1 })).toBe('Film');
    expect(receivedWords({ kind: 'folder', count: 1 })).toBe('File');
    expect(receivedWords({ kind: 'album', count: 40 })).toBe('40 files');
  });
});

describe('reachOf', () => {
  const line = { connected: true, onlyRelayed: false, ended: null };

  it('an end weighs more than a line', () => {
    expect(reachOf(line)).toBe('connected');
    expect(reachOf({ ...line, connected: false })).toBe('away');
    expect(reachOf({ ...line, ended: 'revoked' })).toBe('revoked');
  });

  it('a relay is less than a line of its own, and none when it has closed', () => {
    expect(reachOf({ ...line, onlyRelayed: true })).toBe('relayed');
    expect(reachOf({ ...line, onlyRelayed: true, connected: false })).toBe('away');
    expect(reachOf({ ...line, onlyRelayed: true, ended: 'expired' })).toBe('expired');
  });
});

describe('refusalOf', () => {
  const refused = (code: ApiError['code'], todo: string | null) =>
    new ApiError(code, '', 409, null, todo);
  const cases: Array<[unknown, boolean, string]> = [
    [refused('place_stays', 'Share it with its place.'), false, 'place'],
    [refused('place_stays', 'Share it with its place.'), true, 'other'],
    [refused('not_looked_at', 'Try again.'), false, 'other'],
    [refused('no_network', null), false, 'network'],
    [new TypeError('x'), false, 'other'],
  ];
  it.each(cases)('%#', (error, keeps, expected) => {
    expect(refusalOf(error, keeps)).toBe(expected);
  });
});
