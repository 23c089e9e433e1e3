// Captions in WebVTT (https://www.w3.org/TR/webvtt1/), as the daemon serves every format.
// Drawn by us and not by the engine, so that size, colour and delay are the same everywhere.

export interface Cue {
  startMs: number;
  endMs: number;
  /** Lines of plain text; markup is taken out. */
  lines: string[];
  /** Whether the cue asks for the top of the picture. */
  top: boolean;
}

const timing =
  /^(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})\s+-->\s+(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})(.*)$/;

export function parseVtt(text: string): Cue[] {
  const cues: Cue[] = [];
  const blocks = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/);
  for (const block of blocks) {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    const at = lines.findIndex((line) => line.includes('-->'));
    if (at === -1) continue;
    const found = timing.exec(lines[at] ?? '');
    if (found === null) continue;
    const startMs = toMs(found.slice(1, 5));
    const endMs = toMs(found.slice(5, 9));
    const words = lines
      .slice(at + 1)
      .map(plain)
      .filter((line) => line !== '');
    if (endMs <= startMs || words.length === 0) continue;
    cues.push({ startMs, endMs, lines: words, top: isTop(found[9] ?? '') });
  }
  return cues.sort((a, b) => a.startMs - b.startMs);
}

function toMs([hours, minutes, seconds, millis]: (string | undefined)[]): number {
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return total * 1000 + Number(millis ?? 0);
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': '\u00A0',
  '&lrm;': '\u200E',
  '&rlm;': '\u200F',
};

function plain(line: string): string {
  return line
    .replace(/<[^>]*>/g, '')
    .replace(/\{\\[^}]*\}/g, '')
    .replace(/&\w+;/g, (entity) => entities[entity] ?? entity)
    .trim();
}

function isTop(settings: string): boolean {
  const line = /\bline:(-?\d+)(%?)/.exec(settings);
  if (line === null) return false;
  const value = Number(line[1]);
  return line[2] === '%' ? value < 40 : value >= 0 && value < 6;
}

/** The cues that stand at a moment. `cues` is sorted by start. */
export function cuesAt(cues: readonly Cue[], ms: number): Cue[] {
  const showing: Cue[] = [];
  for (const cue of cues) {
    if (cue.startMs > ms) break;
    if (cue.endMs > ms) showing.push(cue);
  }
  return showing;
}
