import { expect, it } from 'vitest';
import { countFiles } from './count';

it('counts by name, whatever its case and however many dots', () => {
  const names = [
    'a/IMG_1.JPG',
    'b.raw.heic',
    'Film.2022.mkv',
    'x.flac',
    'Film.de.srt',
    'notes.txt',
    'none',
    '.png',
  ];
  const counted = countFiles(
    names.map((path) => ({ path })),
    () => 10,
  );
  expect(counted).toEqual({ photos: 3, videos: 1, tracks: 1, subtitles: 1, others: 2, bytes: 80 });
});
