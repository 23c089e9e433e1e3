import '@fontsource-variable/inter/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import Root from './app/Root.svelte';
import { setLanguage } from './i18n/index.svelte';
import { connect, makeQueryClient } from './lib/api';
import { startPlatform } from './platform';

async function start(target: HTMLElement): Promise<void> {
  const platform = await startPlatform();
  await setLanguage('auto');
  connect(await platform.connection());
  mount(Root, { target, props: { client: makeQueryClient() } });
}

const target = document.getElementById('app');
if (target !== null) void start(target);
