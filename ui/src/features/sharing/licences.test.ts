import { describe, expect, it } from 'vitest';
import { licenceName, licences, licencesOf, licenceText } from './licences';

describe('licences', () => {
  it('have a name and a meaning each', () => {
    for (const licence of licences) expect(licenceText(licence)).not.toBe('');
    expect(licenceName('CC-BY-4.0')).toContain('CC BY 4.0');
  });

  it('of one’s own stay as they are', () => {
    expect(licenceName('Ask me first')).toBe('Ask me first');
    expect(licenceName('own')).toBe('own');
  });

  it('of a share are told once each', () => {
    const of = (...names: (string | null)[]) => licencesOf(names.map((licence) => ({ licence })));
    expect(of('CC0-1.0', null, 'CC0-1.0', '')).toEqual(['CC0-1.0']);
  });
});
