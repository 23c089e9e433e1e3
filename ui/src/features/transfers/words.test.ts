import { expect, it } from 'vitest';
import { jobTitle } from './words';

it.each([
  ['North coast', 'North coast'],
  ['4 files and folders', '4 files and folders'],
  ['4 files and folders.zip', '4 files and folders.zip'],
])('an import of %j is called %j', (title, words) => {
  expect(jobTitle({ kind: 'import', title })).toBe(words);
});
