// `npm run build`: the .deb, in release. It holds the desktop app, the `tributary`
// command with its man page and completions, the icons and the menu entry.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { cargo, cargoEnv } from './lib/cargo.mjs'
import { root, targetDir } from './lib/paths.mjs'
import { buildUi } from './lib/ui.mjs'
import { setup } from './setup.mjs'

// `--debug` packages the debug build: quick, for trying the package itself.
const debug = process.argv.includes('--debug')
const profile = debug ? [] : ['--release']
const built = join(targetDir, debug ? 'debug' : 'release')

try {
  setup(['desktop'])
  buildUi()
  // The whole workspace in one call, so that both programs share every dependency.
  cargo(['build', ...profile, '--locked', '--workspace', '--bins'])
  const files = stage()
  bundle(files)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** What the package holds beside the app: path in the package to path on disk. */
function stage() {
  const tributary = join(built, 'tributary')
  const staging = join(targetDir, 'deb')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })
  const files = { '/usr/bin/tributary': tributary }
  const put = (path, content) => {
    const local = join(staging, path.replaceAll('/', '_'))
    writeFileSync(local, content)
    files[path] = local
  }
  const ask = (...args) => execFileSync(tributary, args, { maxBuffer: 16 << 20 })
  const pages = join(staging, 'man')
  ask('man', pages)
  for (const page of readdirSync(pages)) put(`/usr/share/man/man1/${page}.gz`, gzipSync(readFileSync(join(pages, page)), { level: 9 }))
  put('/usr/share/bash-completion/completions/tributary', ask('completions', 'bash'))
  put('/usr/share/zsh/vendor-completions/_tributary', ask('completions', 'zsh'))
  put('/usr/share/fish/vendor_completions.d/tributary.fish', ask('completions', 'fish'))
  files['/usr/share/doc/tributary/copyright'] = join(root, 'LICENSE-MIT')
  files['/usr/share/icons/hicolor/scalable/apps/tributary-desktop.svg'] = join(root, 'icons/icon.svg')
  return files
}

function bundle(files) {
  const config = JSON.stringify({ bundle: { linux: { deb: { files } } } })
  const tauri = join(root, 'node_modules/@tauri-apps/cli/tauri.js')
  const args = ['bundle', '--bundles', 'deb', '--config', config, ...(debug ? ['--debug'] : [])]
  const done = spawnSync(process.execPath, [tauri, ...args], { cwd: root, stdio: ['ignore', 2, 2], env: cargoEnv() })
  if (done.status !== 0) throw new Error('the package was not made; see above')
  const folder = join(built, 'bundle/deb')
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    process.stdout.write(`${join(folder, name)}\n`)
  }
}
