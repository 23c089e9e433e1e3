import { describe, expect, it } from 'vitest';
import { decades, isNarrowed, readFilters, toQuery, writeFilters } from './filters';

const read = (text: string) => readFilters(new URLSearchParams(text));

describe('filters', () => {
  it('survive the address and back', () => {
    const text = 'kind=clip&genre=Drama&decade=1990&length=long&unseen=1&favourite=1&sort=year';
    const written = new URLSearchParams();
    for (const [key, value] of Object.entries(writeFilters(read(text)))) {
      if (value !== undefined && value !== '') written.set(key, value);
    }
    expect(written.toString()).toBe(text);
  });

  it('take nonsense in the address as not set', () => {
    expect(isNarrowed(read('kind=sofa&sort=rm&length=x&decade=19'))).toBe(false);
  });

  it('become a question to the daemon', () => {
    expect(toQuery(read('genre=Drama&decade=2010&length=middle'))).toEqual({
      kind: 'film,clip',
      genre: 'Drama',
      yearFrom: 2010,
      yearTo: 2019,
      minMinutes: 40,
      maxMinutes: 120,
      sort: 'added',
      limit: 120,
    });
  });
});

it('decades run newest first and include both ends', () => {
  expect(decades(1987, 2004)).toEqual(['2000', '1990', '1980']);
  expect(decades(2016, 2016)).toEqual(['2010']);
});
