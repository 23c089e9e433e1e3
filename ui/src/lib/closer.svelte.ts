// Wheel, pinch, drag, double-click and swipe on the stage of the lightbox.
import { untrack } from 'svelte';
import { fit, fitted, maxScale, pixelScale, settle, zoomAbout, type Size, type Zoom } from './zoom';

interface Turns {
  onstep: (step: 1 | -1) => void;
  ondown: () => void;
  ontap: () => void;
}

const swipe = 60;

export class Closer {
  zoom = $state.raw<Zoom>(fitted);
  stage = $state.raw<Size>({ width: 0, height: 0 });
  picture = $state.raw<Size>({ width: 0, height: 0 });
  /** How far a finger has pulled the picture that fits. */
  pull = $state.raw({ x: 0, y: 0 });
  /** While a hand is on it, nothing is animated. */
  held = $state(false);
  readonly fitting = $derived(fit(this.stage, this.picture, devicePixelRatio));
  readonly pixels = $derived(pixelScale(this.fitting, this.picture, devicePixelRatio));
  readonly near = $derived(this.zoom.scale > 1.01);
  readonly #turns: Turns;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #distance = 0;
  #moved = 0;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  reset(): void {
    this.zoom = fitted;
    this.pull = { x: 0, y: 0 };
  }

  by(factor: number, point = { x: 0, y: 0 }): void {
    this.#set(zoomAbout(this.zoom, Math.max(1, this.zoom.scale * factor), point));
  }

  /** Fits, or shows the pixels themselves. */
  toggle(point = { x: 0, y: 0 }): void {
    if (this.near) this.reset();
    else this.#set(zoomAbout(this.zoom, Math.max(2, this.pixels), point));
  }

  panBy(x: number, y: number): void {
    this.#set({ ...this.zoom, x: this.zoom.x + x, y: this.zoom.y + y });
  }

  #set(zoom: Zoom): void {
    const max = maxScale(this.fitting, this.picture, devicePixelRatio);
    this.zoom = settle(zoom, this.stage, this.fitting, max);
  }

  readonly attach = (stage: HTMLElement): (() => void) => {
    const measure = (): void => {
      this.stage = { width: stage.clientWidth, height: stage.clientHeight };
      this.#set(this.zoom);
    };
    // At once too, not only after the first frame: the picture grows out of its thumbnail.
    untrack(measure);
    const observer = new ResizeObserver(measure);
    observer.observe(stage);
    const at = (event: MouseEvent): { x: number; y: number } => {
      const box = stage.getBoundingClientRect();
      return {
        x: event.clientX - box.left - box.width / 2,
        y: event.clientY - box.top - box.height / 2,
      };
    };
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 24 : 1;
      this.by(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 420)), at(event));
    };
    const down = (event: PointerEvent): void => {
      if (event.button !== 0 || isControl(event.target)) return;
      stage.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, at(event));
      this.#distance = this.#spread();
      this.#moved = 0;
      this.held = true;
    };
    const move = (event: PointerEvent): void => this.#move(event, at(event));
    const up = (event: PointerEvent): void => this.#up(event);
    const twice = (event: MouseEvent): void => {
      if (!isControl(event.target)) this.toggle(at(event));
    };
    stage.addEventListener('wheel', wheel, { passive: false });
    stage.addEventListener('pointerdown', down);
    stage.addEventListener('pointermove', move);
    stage.addEventListener('pointerup', up);
    stage.addEventListener('pointercancel', up);
    stage.addEventListener('dblclick', twice);
    return () => {
      observer.disconnect();
      stage.removeEventListener('wheel', wheel);
      stage.removeEventListener('pointerdown', down);
      stage.removeEventListener('pointermove', move);
      stage.removeEventListener('pointerup', up);
      stage.removeEventListener('pointercancel', up);
      stage.removeEventListener('dblclick', twice);
    };
  };

  #spread(): number {
    const [a, b] = [...this.#pointers.values()];
    return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
  }

  #move(event: PointerEvent, point: { x: number; y: number }): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    this.#pointers.set(event.pointerId, point);
    const by = { x: point.x - before.x, y: point.y - before.y };
    this.#moved += Math.abs(by.x) + Math.abs(by.y);
    if (this.#pointers.size >= 2) {
      const spread = this.#spread();
      if (this.#distance > 0) this.by(spread / this.#distance, point);
      this.#distance = spread;
    } else if (this.near) {
      this.#set({ ...this.zoom, x: this.zoom.x + by.x, y: this.zoom.y + by.y });
    } else if (event.pointerType === 'touch') {
      this.pull = { x: this.pull.x + by.x, y: Math.max(0, this.pull.y + by.y) };
    }
  }

  #up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId)) return;
    this.#distance = this.#spread();
    if (this.#pointers.size > 0) return;
    this.held = false;
    const { x, y } = this.pull;
    this.pull = { x: 0, y: 0 };
    if (event.type === 'pointercancel') return;
    if (y > swipe * 1.5 && y > Math.abs(x)) this.#turns.ondown();
    else if (Math.abs(x) > swipe) this.#turns.onstep(x < 0 ? 1 : -1);
    else if (this.#moved < 6) this.#turns.ontap();
  }
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, video') !== null;
}
