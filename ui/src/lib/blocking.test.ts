import { describe, expect, it } from 'vitest';
import { listName } from './blocking';

describe('the name of a list', () => {
  const cases: Array<[string, string]> = [
    ['/lists/Bad Bits.deny', 'Bad-Bits'],
    ['C:\\lists\\größe.TXT', 'gro-e'],
    ['own.deny', 'list'],
    ['....deny', 'list'],
    [`${'a'.repeat(90)}.deny`, 'a'.repeat(64)],
  ];
  it.each(cases)('of %j is %j', (file, name) => {
    expect(listName(file)).toBe(name);
  });
});
