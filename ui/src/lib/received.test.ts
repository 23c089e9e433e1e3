import { describe, expect, it } from 'vitest';
import type { ReceivedDetail, SharedThing } from './api';
import { asItem } from './received';

const thing = (kind: string, title: string): SharedThing => ({
  kind,
  title,
  name: `${title}.bin`,
  size: 9,
  mime: 'video/mp4',
  durationMs: 1000,
  width: 16,
  height: 9,
  url: `http://127.0.0.1:1/shared/a/${title}`,
  licence: null,
  warning: null,
  poster: null,
});

const detail: ReceivedDetail = {
  share: {
    id: 'a',
    title: 'Three',
    peer: 'p',
    openedAt: 0,
    expiresAt: null,
    bytes: 36,
    kind: 'film',
    count: 1,
    poster: null,
    savedAt: null,
    connected: true,
    onlyRelayed: false,
    ended: null,
  },
  things: [thing('film', 'one'), thing('photo', 'two'), thing('clip', 'three'), thing('x', 'four')],
};

describe('asItem', () => {
  it('plays from the address of the share', () => {
    const item = asItem(detail, 0);
    expect(item?.renditions[0]?.url).toBe(detail.things[0]?.url);
    expect(item?.durationMs).toBe(1000);
  });

  it('goes on with what is watched, past what is not', () => {
    expect(asItem(detail, 0)?.next).toEqual({ id: '2', title: 'three' });
    expect(asItem(detail, 2)?.previous).toEqual({ id: '0', title: 'one' });
    expect(asItem(detail, 2)?.next).toBeNull();
  });

  it('takes a kind it does not know for a file, and a place that is not there for nothing', () => {
    expect(asItem(detail, 3)?.kind).toBe('file');
    expect(asItem(detail, 9)).toBeNull();
  });
});
