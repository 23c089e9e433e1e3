import { describe, expect, it } from 'vitest';
import { cuesAt, parseVtt } from './vtt';

const file = `\uFEFFWEBVTT - made by hand\r
\r
NOTE nobody reads this\r
\r
1\r
00:01.000 --> 00:03.500\r
<v Ada>Tom &amp; <i>Ada</i></v>\r
second line\r
\r
00:00:03.000 --> 00:00:04.000 line:5%\r
on top\r
\r
00:00:09.000 --> 00:00:08.000\r
ends before it starts\r
\r
1:02:03.004 --> 1:02:04.000\r
late\r
`;

describe('parseVtt', () => {
  const cues = parseVtt(file);

  it('reads times with and without hours, and takes markup out', () => {
    expect(cues).toEqual([
      { startMs: 1000, endMs: 3500, lines: ['Tom & Ada', 'second line'], top: false },
      { startMs: 3000, endMs: 4000, lines: ['on top'], top: true },
      { startMs: 3_723_004, endMs: 3_724_000, lines: ['late'], top: false },
    ]);
  });

  it.each(['', 'WEBVTT', 'not captions at all', '00:01 --> 00:02\nbad times', '-->\n\n-->'])(
    'finds nothing in %j',
    (text) => {
      expect(parseVtt(text)).toEqual([]);
    },
  );

  it('shows every cue that stands at a moment, its end left out', () => {
    expect(cuesAt(cues, 3200).map((cue) => cue.lines[0])).toEqual(['Tom & Ada', 'on top']);
    expect(cuesAt(cues, 3500).map((cue) => cue.lines[0])).toEqual(['on top']);
    expect(cuesAt(cues, 500)).toEqual([]);
  });
});
