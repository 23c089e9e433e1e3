// Joins the grid's own place with the scroll box: reads how far the box was scrolled, and puts
// the box back when it rests.
import type { PhotoGridModel } from './grid.svelte';
import { clampTop, mustRest, restingPlace } from './scroll';

const restMs = 140;

export class Treadmill {
  /** Add this to a place in the grid to get its place in the scroll box. */
  shift = $state(0);
  readonly #model: PhotoGridModel;
  #box: HTMLElement | null = null;
  #physical = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: PhotoGridModel) {
    this.#model = model;
  }

  /** For {@attach}: follows the box's size and scrolling. */
  readonly attach = (box: HTMLElement): (() => void) => {
    this.#box = box;
    const measure = (): void => {
      this.#model.view = box.clientHeight;
      this.#model.width = box.clientWidth;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener('scroll', this.#read, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', this.#read);
      clearTimeout(this.#timer);
      this.#box = null;
    };
  };

  readonly #read = (): void => {
    const box = this.#box;
    if (box === null) return;
    const delta = box.scrollTop - this.#physical;
    if (delta === 0) return;
    this.#physical = box.scrollTop;
    this.#model.top = clampTop(this.#model.top + delta, this.#model.space);
    this.sync();
  };

  /** After the place changed for another reason than scrolling (heights became known). */
  sync(): void {
    this.shift = this.#physical - this.#model.top;
    clearTimeout(this.#timer);
    const { top, space } = this.#model;
    if (mustRest(this.#physical, top, space) || this.#atFalseEnd()) this.#rest();
    else if (this.shift !== 0) this.#timer = setTimeout(this.#rest, restMs);
  }

  /** The box has reached an end that is not an end of the grid, or the other way round. */
  #atFalseEnd(): boolean {
    return this.#physical <= 0 && this.#model.top > 0;
  }

  readonly #rest = (): void => {
    const box = this.#box;
    if (box === null) return;
    const { top, space } = this.#model;
    const place = restingPlace(top, space);
    if (Math.abs(place - this.#physical) > 0.5) {
      box.scrollTop = place;
      this.#physical = box.scrollTop;
    }
    this.shift = this.#physical - top;
  };

  goTo(top: number): void {
    this.#model.top = clampTop(top, this.#model.space);
    this.#rest();
  }

  /** Scrolls as little as needed to show a stretch. */
  reveal(y: number, height: number, margin = 56): void {
    const { top, view } = this.#model;
    if (y - margin < top) this.goTo(y - margin);
    else if (y + height + margin > top + view) this.goTo(y + height + margin - view);
  }
}
