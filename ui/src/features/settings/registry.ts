// All settings: where each stands, and the words by which the search finds it.
import { t } from '$/i18n/index.svelte';

export const sections = [
  'general',
  'playback',
  'library',
  'network',
  'blocking',
  'people',
  'data',
  'about',
] as const;
export type SectionName = (typeof sections)[number];

/** In the order of the page. What only the desktop window has is left out elsewhere. */
const entries = {
  language: { section: 'general', desktop: false },
  theme: { section: 'general', desktop: false },
  autostart: { section: 'general', desktop: true },
  notifications: { section: 'general', desktop: true },
  closeToTray: { section: 'general', desktop: true },
  autoplayNext: { section: 'playback', desktop: false },
  seekSeconds: { section: 'playback', desktop: false },
  watchedThreshold: { section: 'playback', desktop: false },
  captions: { section: 'playback', desktop: false },
  slideshowSeconds: { section: 'playback', desktop: false },
  importMode: { section: 'library', desktop: false },
  keepInPlaceAboveMib: { section: 'library', desktop: false },
  quotaBytes: { section: 'library', desktop: false },
  folders: { section: 'library', desktop: false },
  care: { section: 'library', desktop: false },
  network: { section: 'network', desktop: false },
  stripLocation: { section: 'network', desktop: false },
  uploadLimit: { section: 'network', desktop: false },
  downloadLimit: { section: 'network', desktop: false },
  limitHours: { section: 'network', desktop: false },
  metered: { section: 'network', desktop: false },
  announce: { section: 'network', desktop: false },
  proxy: { section: 'network', desktop: false },
  bootstrap: { section: 'network', desktop: false },
  identity: { section: 'network', desktop: false },
  blockLists: { section: 'blocking', desktop: false },
  blockOwn: { section: 'blocking', desktop: false },
  blockLog: { section: 'blocking', desktop: false },
  people: { section: 'people', desktop: false },
  privacy: { section: 'data', desktop: false },
  export: { section: 'data', desktop: false },
  restore: { section: 'data', desktop: false },
  version: { section: 'about', desktop: false },
  diagnostics: { section: 'about', desktop: false },
  licences: { section: 'about', desktop: false },
} as const satisfies Record<string, { section: SectionName; desktop: boolean }>;

export type EntryName = keyof typeof entries;

const names = Object.keys(entries) as EntryName[];

export function isSection(name: string): name is SectionName {
  return sections.some((section) => section === name);
}

export function sectionsOf(hits: readonly EntryName[]): SectionName[] {
  return sections.filter((section) => hits.some((name) => entries[name].section === section));
}

/** Settings in which every word of the search occurs, in their name or in what they say. */
export function found(search: string, desktop: boolean): EntryName[] {
  const words = fold(search)
    .split(/\s+/)
    .filter((word) => word !== '');
  return names.filter((name) => {
    if (entries[name].desktop && !desktop) return false;
    const section = t(`settings.section.${entries[name].section}`);
    const text = fold(`${section} ${t(`set.${name}`)} ${t(`set.${name}.hint`)}`);
    return words.every((word) => text.includes(word));
  });
}

/** Without accents and capitals, so that "grosse" finds "Größe". */
function fold(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '');
}
