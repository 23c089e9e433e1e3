// Where everything in the grid is: the layouts of all buckets, one above the other, and the
// place that is being looked at. Heights that become known above it never move what is seen.
import type { Photo, PhotoBucket } from '$/lib/api';
import {
  carryOver,
  estimateBucket,
  layoutBucket,
  rowOf,
  rowsBetween,
  type BucketLayout,
  type GridOptions,
  type GridRow,
} from './layout';
import type { Place } from './ranges';
import { clampTop, indexAt, offsetsOf, type ScrollSpace } from './scroll';
import type { PhotoSource } from './source.svelte';

/** A row with its place in the whole grid. */
export interface PlacedRow {
  id: string;
  bucket: number;
  key: string;
  y: number;
  row: GridRow;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Known {
  photos: readonly Photo[] | null;
  bucket: PhotoBucket;
  options: GridOptions;
  layout: BucketLayout;
}

const empty: BucketLayout = { height: 0, rows: [] };
const usualRatio = 1.4;
const overscan = 500;

export class PhotoGridModel {
  top = $state(0);
  view = $state(0);
  width = $state(0);
  readonly source: PhotoSource;
  #known = new Map<string, Known>();
  readonly options = $derived<GridOptions>({
    width: this.width,
    target: this.width < 760 ? 150 : this.width < 1500 ? 186 : 216,
    gap: 6,
    heading: 44,
    dayGap: 28,
  });
  readonly layouts = $derived.by<readonly BucketLayout[]>(() => this.#layOut());
  readonly offsets = $derived(offsetsOf(this.layouts.map(({ height }) => height)));
  readonly height = $derived(this.offsets.at(-1) ?? 0);
  readonly space = $derived<ScrollSpace>({ height: this.height, view: this.view });
  readonly current = $derived(indexAt(this.offsets, this.top + 60));
  readonly visible = $derived(this.rowsIn(this.top - overscan, this.top + this.view + overscan));

  constructor(source: PhotoSource) {
    this.source = source;
  }

  #layOut(): readonly BucketLayout[] {
    const { options } = this;
    if (options.width <= 0) return [];
    const fresh = new Map<string, Known>();
    const layouts = this.source.buckets.map((bucket) => {
      const photos = this.source.photosOf(bucket.key) ?? null;
      const known = this.#known.get(bucket.key);
      const same = known !== undefined && known.options === options;
      if (same && (known.photos === photos || photos === null) && known.bucket === bucket) {
        fresh.set(bucket.key, known);
        return known.layout;
      }
      const layout =
        photos === null
          ? estimateBucket(bucket.days, options, usualRatio)
          : layoutBucket(daysOf(photos), options);
      fresh.set(bucket.key, { photos, bucket, options, layout });
      return layout;
    });
    this.#known = fresh;
    return layouts;
  }

  /** Keeps what is seen in place when the layout around it changed. Returns the new place. */
  follow(old: readonly BucketLayout[], oldOffsets: Float64Array): void {
    if (old.length !== this.layouts.length) {
      this.top = clampTop(this.top, this.space);
      return;
    }
    const bucket = indexAt(oldOffsets, this.top);
    const before = old[bucket] ?? empty;
    const after = this.layouts[bucket] ?? empty;
    const inside = this.top - (oldOffsets[bucket] ?? 0);
    const moved = this.top === 0 ? 0 : before === after ? inside : carryOver(before, after, inside);
    this.top = clampTop((this.offsets[bucket] ?? 0) + moved, this.space);
  }

  rowsIn(top: number, bottom: number): PlacedRow[] {
    const placed: PlacedRow[] = [];
    for (let bucket = indexAt(this.offsets, top); bucket < this.layouts.length; bucket += 1) {
      const start = this.offsets[bucket] ?? 0;
      if (start > bottom) break;
      const layout = this.layouts[bucket] ?? empty;
      for (const row of rowsBetween(layout, top - start, bottom - start)) {
        placed.push(this.#placed(bucket, row));
      }
    }
    return placed;
  }

  #placed(bucket: number, row: GridRow): PlacedRow {
    const key = this.source.buckets[bucket]?.key ?? '';
    const name = row.kind === 'photos' ? String(row.first) : `${row.kind}${String(row.y)}`;
    return { id: `${key}/${name}`, bucket, key, row, y: (this.offsets[bucket] ?? 0) + row.y };
  }

  rowAt(place: Place): PlacedRow | null {
    const layout = this.layouts[place.bucket];
    const row = layout === undefined ? null : rowOf(layout, place.index);
    return row === null ? null : this.#placed(place.bucket, row);
  }

  boxAt(place: Place): Rect | null {
    const placed = this.rowAt(place);
    if (placed?.row.kind !== 'photos') return null;
    const box = placed.row.boxes[place.index - placed.row.first];
    if (box === undefined) return null;
    return { x: box.x, width: box.width, y: placed.y, height: placed.row.height };
  }

  /** Every photo that a rectangle touches. */
  placesIn(rect: Rect): Place[] {
    const places: Place[] = [];
    for (const { bucket, row, y } of this.rowsIn(rect.y, rect.y + rect.height)) {
      if (row.kind !== 'photos' || y > rect.y + rect.height || y + row.height < rect.y) continue;
      for (const [at, box] of row.boxes.entries()) {
        if (box.x <= rect.x + rect.width && box.x + box.width >= rect.x) {
          places.push({ bucket, index: row.first + at });
        }
      }
    }
    return places;
  }

  /** The photo above or below, the one whose middle is nearest. */
  vertical(place: Place, down: boolean): Place | null {
    const from = this.boxAt(place);
    if (from === null) return null;
    const middle = from.x + from.width / 2;
    const reach = this.view + 600;
    const rows = down
      ? this.rowsIn(from.y + from.height + 1, from.y + from.height + reach)
      : this.rowsIn(from.y - reach, from.y - 1).reverse();
    for (const { bucket, row, y } of rows) {
      if (row.kind !== 'photos' || (down ? y <= from.y : y >= from.y)) continue;
      let best: Place | null = null;
      let distance = Infinity;
      for (const [at, box] of row.boxes.entries()) {
        const away = Math.abs(box.x + box.width / 2 - middle);
        if (away < distance) {
          distance = away;
          best = { bucket, index: row.first + at };
        }
      }
      return best;
    }
    return null;
  }

  /** The buckets near the screen, the nearest first. */
  near(): string[] {
    if (this.layouts.length === 0) return [];
    const reach = Math.max(this.view, 400);
    const last = indexAt(this.offsets, this.top + this.view + reach);
    const first = indexAt(this.offsets, this.top - reach);
    const order: number[] = [];
    const here = indexAt(this.offsets, this.top);
    for (let bucket = here; bucket <= last; bucket += 1) order.push(bucket);
    for (let bucket = here - 1; bucket >= first; bucket -= 1) order.push(bucket);
    return order.map((bucket) => this.source.buckets[bucket]?.key ?? '');
  }
}

function daysOf(photos: readonly Photo[]): { day: string; ratios: number[] }[] {
  const days: { day: string; ratios: number[] }[] = [];
  for (const photo of photos) {
    const last = days.at(-1);
    if (last?.day === photo.day) last.ratios.push(photo.ratio);
    else days.push({ day: photo.day, ratios: [photo.ratio] });
  }
  return days;
}
