// The rooms and acts of the palette, and which of them fit what was typed.
import ArrowDownUp from '@lucide/svelte/icons/arrow-down-up';
import Copy from '@lucide/svelte/icons/copy';
import FilePlus from '@lucide/svelte/icons/file-plus';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Globe from '@lucide/svelte/icons/globe';
import Heart from '@lucide/svelte/icons/heart';
import House from '@lucide/svelte/icons/house';
import Image from '@lucide/svelte/icons/image';
import Images from '@lucide/svelte/icons/images';
import Link from '@lucide/svelte/icons/link';
import Moon from '@lucide/svelte/icons/moon';
import Music from '@lucide/svelte/icons/music';
import Settings from '@lucide/svelte/icons/settings';
import Share from '@lucide/svelte/icons/share-2';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import SquarePlay from '@lucide/svelte/icons/square-play';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Trash from '@lucide/svelte/icons/trash-2';
import Users from '@lucide/svelte/icons/users';
import type { QueryClient } from '@tanstack/svelte-query';
import { t, type MessageKey } from '$/i18n/index.svelte';
import { setTheme, verifyStorage } from '$/lib/commands';
import { pickFiles, pickFolder } from '$/lib/incoming.svelte';
import { href, router } from '$/lib/router.svelte';
import { openLink } from '$/lib/sharing.svelte';

export interface PaletteEntry {
  label: MessageKey;
  icon: typeof House;
  run: () => void;
}

export interface PaletteGroup {
  label: MessageKey;
  entries: PaletteEntry[];
}

const go = (to: string) => (): void => router.go(to);

export function paletteGroups(client: QueryClient): PaletteGroup[] {
  return [
    {
      label: 'palette.rooms',
      entries: [
        { label: 'room.home', icon: House, run: go(href('home')) },
        { label: 'room.watch', icon: SquarePlay, run: go(href('watch')) },
        { label: 'room.photos', icon: Image, run: go(href('photos')) },
        { label: 'room.music', icon: Music, run: go(href('music')) },
        { label: 'room.shared', icon: Share, run: go(href('shared')) },
        { label: 'room.transfers', icon: ArrowDownUp, run: go(href('transfers')) },
        { label: 'room.network', icon: Globe, run: go(href('network')) },
        { label: 'room.settings', icon: Settings, run: go(href('settings')) },
        { label: 'palette.favourites', icon: Heart, run: view('favourites') },
        { label: 'palette.albums', icon: Images, run: view('albums') },
        { label: 'palette.duplicates', icon: Copy, run: view('duplicates') },
        { label: 'palette.trash', icon: Trash, run: view('trash') },
      ],
    },
    {
      label: 'palette.acts',
      entries: [
        { label: 'palette.addFiles', icon: FilePlus, run: () => pickFiles() },
        { label: 'palette.addFolder', icon: FolderPlus, run: () => pickFolder() },
        { label: 'palette.openLink', icon: Link, run: () => openLink() },
        { label: 'palette.dark', icon: Moon, run: () => void setTheme(client, 'dark') },
        { label: 'palette.light', icon: Sun, run: () => void setTheme(client, 'light') },
        { label: 'palette.system', icon: SunMoon, run: () => void setTheme(client, 'system') },
        {
          label: 'palette.people',
          icon: Users,
          run: go(href('settingsSection', { section: 'people' })),
        },
        { label: 'palette.verify', icon: ShieldCheck, run: () => void verifyStorage(client) },
      ],
    },
  ];
}

function view(name: string): () => void {
  return go(href('photosView', { view: name }));
}

/** Entries in which every typed word begins a word. */
export function fitting(groups: readonly PaletteGroup[], text: string): PaletteGroup[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return groups
    .map((group) => ({
      ...group,
      entries: group.entries.filter(({ label }) => {
        const parts = t(label)
          .toLowerCase()
          .split(/[\s-]+/);
        return words.every((word) => parts.some((part) => part.startsWith(word)));
      }),
    }))
    .filter(({ entries }) => entries.length > 0);
}

/** Whether what was typed is how one of the entries begins. */
export function isNamed(groups: readonly PaletteGroup[], text: string): boolean {
  const typed = text.trim().toLowerCase();
  if (typed.length < 2) return false;
  return groups.some(({ entries }) =>
    entries.some(({ label }) => t(label).toLowerCase().startsWith(typed)),
  );
}
