import { describe, expect, it } from 'vitest';
import { ratesOf } from './rates';

describe('ratesOf', () => {
  it('is bytes a second, by the time of each sample', () => {
    const history = {
      everySeconds: 5,
      samples: [
        { at: 1000, received: 50, sent: 0 },
        { at: 6000, received: 0, sent: 10 },
      ],
    };
    expect(ratesOf(history)).toEqual({ times: [1, 6], received: [10, 0], sent: [0, 2] });
  });

  it('is empty before there is any', () => {
    expect(ratesOf(undefined)).toEqual({ times: [], received: [], sent: [] });
  });
});
