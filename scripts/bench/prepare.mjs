// What every bench needs: the release build, the peers, and a work folder on the same disk as the homes.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cargo } from '../lib/cargo.mjs'
import { root, targetDir } from '../lib/paths.mjs'
import { buildUi } from '../lib/ui.mjs'

const debianPeers = { openssl: 'openssl', 'nginx': 'nginx-light', vipsthumbnail: 'libvips-tools', ffmpeg: 'ffmpeg', curl: 'curl', iperf3: 'iperf3', ping: 'iputils-ping', ip: 'iproute2' }

const examples = ['gc_mark', 'preview_bench', 'exchange', 'dht_sim', 'btfs_bench', 'slow_link']

export async function prepare({ pairs, quiet }) {
  const log = (text) => quiet || process.stderr.write(`${text}\n`)
  const missing = Object.entries(debianPeers).filter(([program]) => !onPath(program))
  if (missing.length > 0) {
    log(`Installing peers: ${missing.map(([, name]) => name).join(', ')}`)
    execFileSync('apt-get', ['install', '-y', '-qq', ...missing.map(([, name]) => name)], { stdio: 'ignore' })
  }
  log('Building the release binaries (a few minutes the first time)')
  // The programs hold the interface.
  buildUi()
  // The programs as they are packaged. Examples bring what tests need, so they are a build of their own.
  cargo(['build', '--release', '--locked', '--workspace', '--bins'])
  cargo(['build', '--release', '--locked', '--workspace', ...examples.flatMap((name) => ['--example', name])])

  const cache = join(root, '.bench')
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'run-'))
  const release = join(targetDir, 'release')
  return {
    pairs,
    log,
    cache,
    work,
    root,
    targetDir,
    tributary: join(release, 'tributary'),
    example: (name) => join(release, 'examples', name),
    /** A file of `bytes` pseudo-random bytes, the same in every run, in the page cache. */
    randomFile(name, bytes, seed = 1) {
      const path = join(work, name)
      if (!existsSync(path)) {
        execFileSync('bash', ['-c', `openssl enc -aes-128-ctr -nosalt -pbkdf2 -pass pass:tributary${seed} < /dev/zero 2>/dev/null | head -c ${bytes} > "$1"`, 'bash', path])
        execFileSync('sync', [path])
      }
      return path
    },
    /** npm packages of a peer, installed outside the project's own dependencies. */
    npmPeer(name, version) {
      const folder = join(cache, `npm-${name}`)
      if (!existsSync(join(folder, 'node_modules', name))) {
        mkdirSync(folder, { recursive: true })
        writeFileSync(join(folder, 'package.json'), '{"private":true}')
        execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: folder, stdio: 'ignore' })
      }
      return folder
    },
    close() {
      rmSync(work, { recursive: true, force: true })
    },
  }
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').concat('/usr/sbin').some((folder) => existsSync(join(folder, program)))
}
