import '@fontsource-variable/inter/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import { begin } from './app/begin';
import NotStarted from './app/NotStarted.svelte';
import Root from './app/Root.svelte';
import { setLanguage } from './i18n/index.svelte';
import { connect, makeQueryClient, startError } from './lib/api';
import { startPlatform } from './platform';

async function start(target: HTMLElement): Promise<void> {
  const platform = await startPlatform();
  await setLanguage('auto');
  try {
    connect(await platform.connection());
  } catch (cause) {
    mount(NotStarted, { target, props: { error: startError(cause) } });
    return;
  }
  const client = makeQueryClient();
  mount(Root, { target, props: { client, begun: begin(client) } });
}

const target = document.getElementById('app');
if (target !== null) void start(target);
