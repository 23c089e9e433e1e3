import { expect, it } from 'vitest';
import { failureWords, jobSaid, jobTitle } from './words';

it.each([
  ['North coast', 'North coast'],
  ['4 files and folders', '4 files and folders'],
  ['4 files and folders.zip', '4 files and folders.zip'],
])('an import of %j is called %j', (title, words) => {
  expect(jobTitle({ kind: 'import', title })).toBe(words);
});

it('names what is shared and saved', () => {
  expect(jobTitle({ kind: 'save', title: 'North coast' })).toBe('Saving “North coast”');
  expect(jobTitle({ kind: 'share', title: 'North coast' })).toBe('Sharing “North coast”');
});

const said = { why: null, message: null, blocked: null };

it('says which list stopped a job', () => {
  const blocked = { what: 'bafy', list: 'bad-things' };
  const told = jobSaid({ ...said, message: 'bafy is blocked by …', blocked });
  expect(told).toMatch(/bad-things/);
});

it('says why a job stands still only when its line does not', () => {
  expect(jobSaid({ ...said, why: 'Paused.', message: 'Paused.' })).toBeNull();
  expect(jobSaid({ ...said, why: 'The disk is full. Free some.', message: null })).toMatch(
    /then go on/,
  );
  expect(jobSaid({ ...said, message: 'Something new.' })).toBe('Something new.');
});

it('tells a failure in our words, and in those of the daemon where we have none', () => {
  const daemon = { message: 'From the daemon.', todo: null };
  expect(failureWords({ code: 'vanished', ...daemon })).toEqual({
    what: 'The file was gone when its turn came.',
    todo: 'Put it back and retry.',
  });
  expect(failureWords({ code: 'brand_new', ...daemon })).toEqual({
    what: 'From the daemon.',
    todo: null,
  });
});
