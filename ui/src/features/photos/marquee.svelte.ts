// Choosing by drawing a rectangle over the grid. Near the edges the grid scrolls along.
import type { PhotoGridModel, Rect } from './grid.svelte';
import type { Selection } from './selection.svelte';
import type { Treadmill } from './treadmill.svelte';

const threshold = 6;
const edge = 48;

interface Start {
  x: number;
  y: number;
  base: ReadonlySet<string>;
  pointer: number;
}

export class Marquee {
  /** The rectangle in the grid's own px, while one is drawn. */
  rect = $state.raw<Rect | null>(null);
  /** Whether the click that ends a drag is still to come, and must do nothing. */
  dragged = false;
  #start: Start | null = null;
  #client = { x: 0, y: 0 };
  #frame = 0;

  constructor(
    private readonly model: PhotoGridModel,
    private readonly selection: Selection,
    private readonly treadmill: Treadmill,
  ) {}

  readonly attach = (box: HTMLElement): (() => void) => {
    const down = (event: PointerEvent): void => this.#down(box, event);
    const move = (event: PointerEvent): void => this.#move(box, event);
    const up = (): void => this.#up();
    box.addEventListener('pointerdown', down);
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', up);
    return () => {
      box.removeEventListener('pointerdown', down);
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', up);
      cancelAnimationFrame(this.#frame);
    };
  };

  #down(box: HTMLElement, event: PointerEvent): void {
    this.dragged = false;
    if (event.button !== 0 || event.pointerType === 'touch') return;
    if (event.target instanceof Element && event.target.closest('button') !== null) return;
    const { x, y } = this.#inGrid(box, event.clientX, event.clientY);
    const keep = event.ctrlKey || event.metaKey || event.shiftKey;
    const base = new Set(keep ? this.selection.ids : []);
    this.#start = { x, y, base, pointer: event.pointerId };
  }

  #move(box: HTMLElement, event: PointerEvent): void {
    if (this.#start?.pointer !== event.pointerId) return;
    this.#client = { x: event.clientX, y: event.clientY };
    const { x, y } = this.#inGrid(box, event.clientX, event.clientY);
    if (this.rect === null) {
      if (Math.hypot(x - this.#start.x, y - this.#start.y) < threshold) return;
      this.dragged = true;
      this.#frame = requestAnimationFrame(() => this.#creep(box));
    }
    this.#draw(x, y);
  }

  #draw(x: number, y: number): void {
    const start = this.#start;
    if (start === null) return;
    this.rect = {
      x: Math.min(x, start.x),
      y: Math.min(y, start.y),
      width: Math.abs(x - start.x),
      height: Math.abs(y - start.y),
    };
    const ids = new Set(start.base);
    for (const place of this.model.placesIn(this.rect)) {
      const photo = this.model.source.at(place);
      if (photo !== undefined) ids.add(photo.id);
    }
    this.selection.set(ids);
  }

  /** Scrolls while the pointer rests near the upper or lower edge. */
  #creep(box: HTMLElement): void {
    if (this.#start === null) return;
    const { top, bottom } = box.getBoundingClientRect();
    const over = this.#client.y - (bottom - edge);
    const under = top + edge - this.#client.y;
    const speed = over > 0 ? over / 3 : under > 0 ? -under / 3 : 0;
    if (speed !== 0) {
      this.treadmill.goTo(this.model.top + speed);
      const { x, y } = this.#inGrid(box, this.#client.x, this.#client.y);
      this.#draw(x, y);
    }
    this.#frame = requestAnimationFrame(() => this.#creep(box));
  }

  #up(): void {
    this.#start = null;
    this.rect = null;
    cancelAnimationFrame(this.#frame);
  }

  #inGrid(box: HTMLElement, clientX: number, clientY: number): { x: number; y: number } {
    const { left, top } = box.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top + this.model.top };
  }
}
