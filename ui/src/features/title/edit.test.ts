import { expect, it } from 'vitest';
import { genresOf, yearOf } from './edit';

it.each([
  ['', null],
  ['  ', null],
  [' 1999 ', 1999],
  ['99', undefined],
  ['19999', undefined],
  ['next', undefined],
])('the year %j is %j', (text, expected) => {
  expect(yearOf(text)).toBe(expected);
});

it.each([
  ['', null],
  [' , ,', null],
  ['Drama', ['Drama']],
  ['Drama, drama , Science fiction,', ['Drama', 'Science fiction']],
])('the genres %j are %j', (text, expected) => {
  expect(genresOf(text)).toEqual(expected);
});
