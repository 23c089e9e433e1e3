// Which room stands at which address. Rooms load when they are first entered.
import type { Component } from 'svelte';
import type { RoomProps } from '$/lib/room';
import type { RouteName } from '$/lib/router.svelte';

export interface Room {
  /** A room that needs no part of its address declares no props. */
  load: () => Promise<{ default: Component<RoomProps> | Component<Record<string, never>> }>;
  /** The entry in the rail that is lit while this room shows. */
  rail: RailName | null;
  /** Rooms of one name are one page: going between them keeps it, with its scroll position. */
  stays?: string;
  /** Fills the window: no rail, no top bar. */
  bare?: boolean;
}

export type RailName =
  'home' | 'watch' | 'photos' | 'music' | 'shared' | 'transfers' | 'network' | 'settings';

const photos = () => import('$/features/photos/Photos.svelte');
const music = () => import('$/features/music/Music.svelte');
const shared = () => import('$/features/sharing/Shared.svelte');
const received = () => import('$/features/sharing/ReceivedPage.svelte');
const settings = () => import('$/features/settings/Settings.svelte');

export const rooms: Record<RouteName, Room> = {
  home: { load: () => import('$/features/home/Home.svelte'), rail: 'home' },
  watch: { load: () => import('$/features/watch/Watch.svelte'), rail: 'watch' },
  title: { load: () => import('$/features/title/Title.svelte'), rail: 'watch' },
  show: { load: () => import('$/features/title/Show.svelte'), rail: 'watch' },
  player: { load: () => import('$/features/player/Player.svelte'), rail: null, bare: true },
  photos: { load: photos, rail: 'photos', stays: 'photos' },
  photosView: { load: photos, rail: 'photos', stays: 'photos' },
  photoAlbum: { load: photos, rail: 'photos', stays: 'photos' },
  photo: { load: photos, rail: 'photos', stays: 'photos' },
  music: { load: music, rail: 'music' },
  musicAlbum: { load: music, rail: 'music' },
  shared: { load: shared, rail: 'shared', stays: 'shared' },
  sharedView: { load: shared, rail: 'shared', stays: 'shared' },
  open: { load: () => import('$/features/sharing/OpenPage.svelte'), rail: 'shared' },
  received: { load: received, rail: 'shared', stays: 'received' },
  receivedPhoto: { load: received, rail: 'shared', stays: 'received' },
  receivedPlayer: {
    load: () => import('$/features/player/SharedPlayer.svelte'),
    rail: null,
    bare: true,
  },
  transfers: { load: () => import('$/features/transfers/Transfers.svelte'), rail: 'transfers' },
  network: { load: () => import('$/features/network/NetworkRoom.svelte'), rail: 'network' },
  settings: { load: settings, rail: 'settings', stays: 'settings' },
  settingsSection: { load: settings, rail: 'settings', stays: 'settings' },
  search: { load: () => import('$/features/search/Search.svelte'), rail: null },
};
