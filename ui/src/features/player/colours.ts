// The colours captions can have: a setting of the person, not of the theme.
import type { MessageKey } from '$/i18n/index.svelte';

export const captionColours: ReadonlyArray<{ value: string; name: MessageKey }> = [
  { value: '#ffffff', name: 'player.colour.white' },
  { value: '#ffe066', name: 'player.colour.yellow' },
  { value: '#8ce99a', name: 'player.colour.green' },
  { value: '#74c0fc', name: 'player.colour.blue' },
  { value: '#c9cdd2', name: 'player.colour.grey' },
];
