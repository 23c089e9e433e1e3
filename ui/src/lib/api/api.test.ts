import { describe, expect, it } from 'vitest';
import { ApiError, blockedBy, errorFrom, explain } from './errors';
import { parseEvent } from './events.svelte';
import { staleTags, withJob } from './queries';
import { EventParser } from './sse';
import type { Job } from './types';

const answer = (status: number, body: string) => errorFrom(new Response(body, { status }));

describe('errorFrom', () => {
  it('takes what the daemon says', async () => {
    const body = {
      code: 'disk_full',
      message: 'No space.',
      safe: 'All is kept.',
      todo: 'Free some.',
    };
    const error = await answer(507, JSON.stringify(body));
    expect(error).toMatchObject({ ...body, status: 507 });
  });

  it('knows a lost session by its status alone', async () => {
    expect((await answer(401, '')).code).toBe('no_session');
  });

  it.each(['', '<html>', '{}', 'null', '{"code":3,"message":"x"}'])('survives %j', async (body) => {
    expect((await answer(500, body)).code).toBe('bad_answer');
  });
});

describe('explain', () => {
  it('prefers our words, and says what is safe and what to do', () => {
    const said = explain(new ApiError('unreachable', 'ECONNREFUSED', 0));
    expect(said.what).toBe('Tributary does not answer');
    expect(said.safe).not.toBeNull();
    expect(said.todo).not.toBeNull();
  });

  it('falls back to the message of the daemon', () => {
    const error = new ApiError('source_missing', 'The file is gone.', 410, 'Edits are kept.', null);
    expect(explain(error)).toEqual({
      what: 'The file is gone.',
      safe: 'Edits are kept.',
      todo: null,
    });
  });

  it('never shows the text of a bug', () => {
    expect(explain(new TypeError('x is undefined')).what).not.toContain('undefined');
  });
});

describe('EventParser', () => {
  it('puts events together however they are cut', () => {
    const text =
      ': hello\n\nevent: jobProgress\ndata: {"a":\ndata: 1}\n\ndata: x\r\n\r\nevent: none\n\n';
    for (let size = 1; size < 12; size += 1) {
      const parser = new EventParser();
      const events = [];
      for (let at = 0; at < text.length; at += size) {
        events.push(...parser.push(text.slice(at, at + size)));
      }
      expect(events).toEqual([
        { name: 'jobProgress', data: '{"a":\n1}' },
        { name: 'message', data: 'x' },
      ]);
    }
  });
});

describe('what is blocked', () => {
  const answer = (list: string) =>
    Response.json({ code: 'blocked', message: '', detail: { what: 'Qm', list } }, { status: 410 });

  it('is told with the list that says so', async () => {
    const error = await errorFrom(answer('harbour'));
    expect(blockedBy(error)).toEqual({ what: 'Qm', list: 'harbour' });
    expect(explain(error).what).toContain('harbour');
    expect(explain(await errorFrom(answer('own'))).what).not.toContain('own');
  });

  it('is nothing else', () => {
    expect(blockedBy(new ApiError('not_found', '', 404))).toBeNull();
    expect(blockedBy(new ApiError('blocked', '', 410))).toBeNull();
  });
});

describe('events', () => {
  it('are typed by name; strangers and nonsense are dropped', () => {
    expect(parseEvent('itemsChanged', '{"ids":["a"]}')).toEqual({
      name: 'itemsChanged',
      ids: ['a'],
    });
    expect(parseEvent('lagged', '')).toEqual({ name: 'lagged' });
    expect(parseEvent('walletDrained', '{}')).toBeNull();
    expect(parseEvent('itemsChanged', '{')).toBeNull();
    expect(parseEvent('itemsChanged', '7')).toBeNull();
  });

  it('make the right things stale', () => {
    expect(staleTags({ name: 'itemsAdded', ids: [], kinds: [], count: 1 })).toContain('home');
    expect(staleTags({ name: 'lagged' })).toBeNull();
  });

  it('a job is replaced in its place, and a new one comes first', () => {
    const job = (id: string, filesDone: number) => ({ id, filesDone }) as Job;
    const page = { jobs: [job('a', 1), job('b', 1)] };
    expect(withJob(page, job('b', 2))?.jobs).toEqual([job('a', 1), job('b', 2)]);
    expect(withJob(page, job('c', 0))?.jobs.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    expect(withJob(undefined, job('a', 1))).toBeUndefined();
  });
});
