import { describe, expect, it } from 'vitest';
import { ApiError } from '$/lib/api';
import { troubleOf } from './identity';

function refused(code: ApiError['code'], detail: unknown = null): ApiError {
  return new ApiError(code, 'in English', 400, null, null, undefined, detail);
}

describe('troubleOf', () => {
  it('names the word that is none', () => {
    const trouble = troubleOf(refused('bad_key', { reason: 'unknownWord', word: 7 }));
    expect(trouble.of).toBe('secret');
    expect(trouble.text).toContain('7');
  });

  it('has words for every reason, and for one that is new', () => {
    const reasons = ['unreadable', 'checksum', 'otherKind', 'invalid', 'damaged', 'newerVersion'];
    const texts = reasons.map(
      (reason) => troubleOf(refused('bad_key', { reason, word: null })).text,
    );
    expect(new Set(texts).size).toBe(reasons.length);
    expect(troubleOf(refused('bad_key', { reason: 'toString' })).text).toBe(texts[0]);
    expect(troubleOf(refused('bad_key')).text).toBe(texts[0]);
  });

  it('puts a wrong password to its field and the rest below', () => {
    expect(troubleOf(refused('wrong_password')).of).toBe('password');
    expect(troubleOf(refused('disk_full')).of).toBe('all');
    expect(troubleOf(new Error('?')).of).toBe('all');
  });
});
