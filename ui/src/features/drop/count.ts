// What a drop in a browser holds, told by file names: there the daemon cannot look yet.
// The daemon itself decides by content when the files arrive.
import type { PickedFile } from '$/platform';

export interface Counted {
  photos: number;
  videos: number;
  tracks: number;
  subtitles: number;
  others: number;
  bytes: number;
}

type Kind = Exclude<keyof Counted, 'bytes'>;

const kinds: Record<Kind, string> = {
  photos: 'jpg jpeg png webp gif tif tiff avif heic heif bmp dng cr2 cr3 nef arw raf orf rw2',
  videos: 'mp4 m4v mov mkv webm avi mpg mpeg ts m2ts mts wmv flv 3gp ogv',
  tracks: 'mp3 flac ogg oga opus wav m4a aac aif aiff wma ape',
  subtitles: 'srt vtt ass ssa sub',
  others: '',
};

const kindOf = new Map(
  (Object.keys(kinds) as Kind[]).flatMap((kind) =>
    kinds[kind].split(' ').map((extension) => [extension, kind] as const),
  ),
);

export function countFiles(
  files: readonly Pick<PickedFile, 'path'>[],
  sizeOf: (index: number) => number,
): Counted {
  const counted: Counted = { photos: 0, videos: 0, tracks: 0, subtitles: 0, others: 0, bytes: 0 };
  for (const [index, { path }] of files.entries()) {
    const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
    counted[kindOf.get(extension) ?? 'others'] += 1;
    counted.bytes += sizeOf(index);
  }
  return counted;
}
