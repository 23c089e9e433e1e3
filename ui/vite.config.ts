import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The page is served by the daemon (or by the desktop window); in development it
// is served by Vite, which hands /api and media on to a running daemon or to the
// mock server of tests/ui.
const backend = process.env['TRIBUTARY_API'] ?? 'http://127.0.0.1:4310';
const token = process.env['TRIBUTARY_TOKEN'];
const proxy = {
  target: backend,
  changeOrigin: true,
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  configure: (server: { on(event: 'proxyReq', run: (request: Outgoing) => void): void }) => {
    // The daemon accepts its own origin only.
    server.on('proxyReq', (request) => request.setHeader('origin', backend));
  },
};
interface Outgoing {
  setHeader(name: string, value: string): void;
}

export default defineConfig({
  cacheDir: '../node_modules/.vite',
  plugins: [svelte()],
  resolve: {
    alias: {
      $locales: fileURLToPath(new URL('../assets/locales', import.meta.url)),
      $: fileURLToPath(new URL('./src', import.meta.url)),
    },
  },
  build: {
    target: ['safari18', 'chrome120', 'firefox128'],
    // light-dark() as it is: rewritten, a dark stage on a light page would get the colours of the page.
    cssTarget: ['safari18', 'chrome123', 'firefox128'],
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 1420,
    strictPort: true,
    host: '127.0.0.1',
    fs: { allow: ['..'] },
    proxy: { '/api': proxy, '/media': proxy, '/preview': proxy, '/captions': proxy },
  },
});
