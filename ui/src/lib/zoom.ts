// The arithmetic of looking closer. A picture that fits has scale 1; x and y move its middle
// away from the middle of the stage, in px. Nothing here knows the page.

export interface Size {
  width: number;
  height: number;
}

export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export const fitted: Zoom = { scale: 1, x: 0, y: 0 };

/** The largest size of this shape inside the stage; small pictures are not blown up. */
export function fit(stage: Size, picture: Size, pixelRatio = 1): Size {
  if (stage.width <= 0 || stage.height <= 0 || picture.width <= 0 || picture.height <= 0) {
    return { width: 0, height: 0 };
  }
  const scale = Math.min(
    stage.width / picture.width,
    stage.height / picture.height,
    Math.max(1, 4 / pixelRatio),
  );
  return { width: picture.width * scale, height: picture.height * scale };
}

/** The scale at which one pixel of the picture is one pixel of the screen. */
export function pixelScale(fitting: Size, picture: Size, pixelRatio: number): number {
  return fitting.width === 0 ? 1 : picture.width / pixelRatio / fitting.width;
}

export function maxScale(fitting: Size, picture: Size, pixelRatio: number): number {
  return Math.max(3, pixelScale(fitting, picture, pixelRatio) * 3);
}

/** Keeps the picture over the stage: no further than its own edges. */
export function settle(zoom: Zoom, stage: Size, fitting: Size, max: number): Zoom {
  const scale = Math.min(max, Math.max(1, zoom.scale));
  const roomX = Math.max(0, (fitting.width * scale - stage.width) / 2);
  const roomY = Math.max(0, (fitting.height * scale - stage.height) / 2);
  return {
    scale,
    x: Math.min(roomX, Math.max(-roomX, zoom.x)) || 0,
    y: Math.min(roomY, Math.max(-roomY, zoom.y)) || 0,
  };
}

/** Scales about a point (measured from the middle of the stage), which stays where it is. */
export function zoomAbout(zoom: Zoom, scale: number, point: { x: number; y: number }): Zoom {
  const factor = scale / zoom.scale;
  return {
    scale,
    x: point.x - (point.x - zoom.x) * factor,
    y: point.y - (point.y - zoom.y) * factor,
  };
}
