import { describe, expect, it } from 'vitest';
import { fit, fitted, maxScale, pixelScale, settle, zoomAbout } from './zoom';

const stage = { width: 1200, height: 800 };
const picture = { width: 6000, height: 4000 };
const fitting = fit(stage, picture);

describe('fit', () => {
  it('fills one side and never more than the stage', () => {
    expect(fitting).toEqual({ width: 1200, height: 800 });
    const tall = fit(stage, { width: 4000, height: 6000 });
    expect(tall.height).toBeCloseTo(800);
    expect(tall.width).toBeCloseTo(533.33);
  });

  it('does not blow a small picture up without end', () => {
    expect(fit(stage, { width: 100, height: 100 })).toEqual({ width: 400, height: 400 });
  });

  it('survives sizes that are not known', () => {
    expect(fit(stage, { width: 0, height: 0 })).toEqual({ width: 0, height: 0 });
    expect(pixelScale({ width: 0, height: 0 }, picture, 1)).toBe(1);
  });
});

describe('zoom', () => {
  it('shows pixel for pixel, on fine screens too', () => {
    expect(pixelScale(fitting, picture, 1)).toBe(5);
    expect(pixelScale(fitting, picture, 2)).toBe(2.5);
  });

  it('keeps the point under the pointer', () => {
    const point = { x: 250, y: -130 };
    const zoom = zoomAbout({ scale: 1.5, x: 20, y: 10 }, 4, point);
    const before = { x: (point.x - 20) / 1.5, y: (point.y - 10) / 1.5 };
    expect((point.x - zoom.x) / 4).toBeCloseTo(before.x);
    expect((point.y - zoom.y) / 4).toBeCloseTo(before.y);
  });

  it('never leaves the picture', () => {
    const max = maxScale(fitting, picture, 1);
    expect(settle({ scale: 2, x: 9999, y: -9999 }, stage, fitting, max)).toEqual({
      scale: 2,
      x: 600,
      y: -400,
    });
    expect(settle({ scale: 0.2, x: 40, y: 40 }, stage, fitting, max)).toEqual(fitted);
    expect(settle({ scale: 99, x: 0, y: 0 }, stage, fitting, max).scale).toBe(max);
  });
});
