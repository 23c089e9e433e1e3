// What the menus of the player offer.
import type { MenuItem } from '$/components/menu';
import { t } from '$/i18n/index.svelte';
import { formatLanguage } from '$/lib/format';
import { captionName } from '$/lib/items';
import { speeds } from './playback.svelte';
import type { Session } from './session.svelte';

export function captionItems(session: Session): MenuItem[] {
  return [
    {
      label: t('player.captionsNone'),
      hint: 'C',
      checked: session.captionId === null,
      run: () => void session.chooseCaption(null),
    },
    ...session.item.captions.map((track) => ({
      label: captionName(track),
      checked: session.captionId === track.id,
      run: () => void session.chooseCaption(track),
    })),
    {
      label: t('player.captionStyle'),
      apart: true,
      checked: false,
      run: () => {
        // After the menu has given its focus back.
        setTimeout(() => (session.panel = 'style'));
      },
    },
  ];
}

export function speedItems(session: Session): MenuItem[] {
  return speeds.map((speed) => ({
    label: speed === 1 ? t('player.speedNormal') : t('player.times', { speed }),
    checked: session.playback.rate === speed,
    run: () => session.playback.setRate(speed),
  }));
}

type Icon = NonNullable<MenuItem['icon']>;

export function moreItems(session: Session, icons: { Keyboard: Icon; Stats: Icon }): MenuItem[] {
  const sounds = session.playback.sounds;
  const soundItems: MenuItem[] =
    sounds.length < 2
      ? []
      : sounds.map((track) => ({
          label: track.label === '' ? formatLanguage(track.language) : track.label,
          hint: track.enabled ? t('player.soundOn') : 'B',
          run: () => session.playback.chooseSound(track),
        }));
  return [
    ...soundItems,
    {
      label: t('player.stats'),
      hint: 'Shift I',
      icon: icons.Stats,
      apart: soundItems.length > 0,
      run: () => (session.stats = !session.stats),
    },
    {
      label: t('player.help'),
      hint: '?',
      icon: icons.Keyboard,
      run: () => {
        setTimeout(() => (session.panel = 'help'));
      },
    },
  ];
}
