// What a photo knows about itself, in words.
import { t, type MessageKey } from '$/i18n/index.svelte';
import type { ItemDetail } from '$/lib/api';
import { formatBytes, formatClock, formatNumber, formatTaken } from '$/lib/format';

export interface PhotoFact {
  label: MessageKey;
  value: string;
  note?: string;
}

export function photoFacts(item: ItemDetail): PhotoFact[] {
  const { camera, gps } = item.facts;
  const facts: PhotoFact[] = [];
  if (item.takenAt !== null) {
    facts.push({ label: 'pix.fact.taken', value: formatTaken(item.takenAt) });
  }
  if (camera !== null) {
    const body = [camera.make, camera.model].filter((part) => part != null).join(' ');
    const settings = [
      camera.fNumber == null ? null : `f/${formatNumber(camera.fNumber)}`,
      camera.exposure == null ? null : `${camera.exposure} s`,
      camera.iso == null ? null : `ISO ${String(camera.iso)}`,
      camera.focalMm == null ? null : `${formatNumber(camera.focalMm)} mm`,
    ].filter((part) => part !== null);
    if (body !== '' || settings.length > 0) {
      facts.push({
        label: 'pix.fact.camera',
        value: body === '' ? settings.join(' · ') : body,
        ...(body === '' ? {} : { note: settings.join(' · ') }),
      });
    }
    if (camera.lens != null) facts.push({ label: 'pix.fact.lens', value: camera.lens });
  }
  if (item.width !== null && item.height !== null) {
    const millions = (item.width * item.height) / 1_000_000;
    facts.push({
      label: 'pix.fact.size',
      value: `${String(item.width)} × ${String(item.height)}`,
      note: [
        item.kind === 'photo' ? t('pix.megapixels', { count: formatNumber(millions) }) : null,
        item.durationMs === null ? null : formatClock(item.durationMs),
        formatBytes(item.facts.size),
      ]
        .filter((part) => part !== null)
        .join(' · '),
    });
  }
  const path = item.renditions[0]?.path ?? null;
  facts.push({ label: 'pix.fact.file', value: item.fileName, note: path ?? t('title.copied') });
  if (gps !== null) {
    facts.push({
      label: 'pix.fact.place',
      value: coordinates(gps.latitude, gps.longitude),
      note: t('pix.placeNote'),
    });
  }
  return facts;
}

/** "38.7223° N, 9.1393° W" */
export function coordinates(latitude: number, longitude: number): string {
  const north = `${formatNumber(Math.abs(latitude), 4)}° ${t(latitude < 0 ? 'pix.south' : 'pix.north')}`;
  const east = `${formatNumber(Math.abs(longitude), 4)}° ${t(longitude < 0 ? 'pix.west' : 'pix.east')}`;
  return `${north}, ${east}`;
}
