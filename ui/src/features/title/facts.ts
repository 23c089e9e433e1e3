// The facts of a file in words.
import { t } from '$/i18n/index.svelte';
import type { ItemDetail } from '$/lib/api';
import {
  formatBitrate,
  formatBytes,
  formatDateTime,
  formatDuration,
  formatLanguage,
  formatNumber,
} from '$/lib/format';
import { quality } from '$/lib/items';

export interface Fact {
  label: string;
  value: string;
}

const codecNames: Record<string, string> = {
  h264: 'H.264',
  avc1: 'H.264',
  hevc: 'H.265',
  h265: 'H.265',
  av1: 'AV1',
  vp9: 'VP9',
  vp8: 'VP8',
  aac: 'AAC',
  opus: 'Opus',
  flac: 'FLAC',
  mp3: 'MP3',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
};

export function codecName(codec: string): string {
  return codecNames[codec.toLowerCase()] ?? codec.toUpperCase();
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null && part !== '').join(', ');
}

export function factsOf(item: ItemDetail): Fact[] {
  const { facts } = item;
  const original = item.renditions[0];
  const size =
    item.width === null || item.height === null
      ? null
      : `${String(item.width)} × ${String(item.height)}`;
  const rows: [Parameters<typeof t>[0], string][] = [
    ['title.fact.file', item.fileName],
    ['title.fact.path', original?.path ?? t('title.copied')],
    ['title.fact.size', formatBytes(facts.size)],
    ['title.fact.length', item.durationMs === null ? '' : formatDuration(item.durationMs)],
    [
      'title.fact.video',
      facts.video === null
        ? ''
        : joined([
            codecName(facts.video.codec),
            size,
            quality(item),
            facts.video.fps === null
              ? null
              : t('title.fps', { fps: formatNumber(facts.video.fps) }),
            facts.video.bitrate === null ? null : formatBitrate(facts.video.bitrate),
            facts.video.hdr ? 'HDR' : null,
          ]),
    ],
    [
      'title.fact.audio',
      facts.audio
        .map((track) =>
          joined([
            codecName(track.codec),
            channels(track.channels),
            track.language === null ? null : formatLanguage(track.language),
          ]),
        )
        .join('\n'),
    ],
    [
      'title.fact.subtitles',
      facts.subtitles
        .map((track) =>
          joined([track.title, track.language === null ? null : formatLanguage(track.language)]),
        )
        .join('\n'),
    ],
    ['title.fact.container', facts.container ?? facts.mime],
    ['title.fact.taken', item.takenAt === null ? '' : formatDateTime(item.takenAt)],
    ['title.fact.camera', joined([facts.camera?.make, facts.camera?.model])],
    ['title.fact.added', formatDateTime(item.addedAt)],
    ['title.fact.cid', item.cid],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([label, value]) => ({ label: t(label), value }));
}

function channels(count: number | null): string | null {
  if (count === null) return null;
  if (count === 1) return t('title.channels.1');
  if (count === 2) return t('title.channels.2');
  return t('title.channels.other', { count });
}
