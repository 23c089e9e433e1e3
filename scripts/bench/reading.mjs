// Reading a whole film back over HTTP, against nginx serving the same file from the same page cache.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'node:net'
import { openDaemon } from '../lib/daemon.mjs'
import { start, stop, timed } from '../lib/process.mjs'
import { judge, median, round } from './report.mjs'

const GIB = 2 ** 30

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

async function nginx(context) {
  const port = await freePort()
  const conf = join(context.work, 'nginx.conf')
  writeFileSync(conf, `daemon off; master_process off; pid ${context.work}/nginx.pid; error_log ${context.work}/nginx.log;
events {} http { access_log off; sendfile on; server { listen 127.0.0.1:${port}; root ${context.work}; } }\n`)
  const { child } = await start('bash', ['-c', `echo up; exec nginx -c ${conf} -p ${context.work} 2>/dev/null`], (out) => out.includes('up'), { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } })
  const base = `http://127.0.0.1:${port}`
  for (let i = 0; i < 100; i++) {
    if (await fetch(base).then(() => true, () => false)) return { base, child }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx did not answer')
}

const curl = (url) => timed('curl', ['-sSf', '-o', '/dev/null', url])

function readBack(mode) {
  return async (context) => {
    const file = context.randomFile('film-2g.bin', 2 * GIB, 3)
    const web = await nginx(context)
    const daemon = await openDaemon(context.tributary, context.work)
    try {
      await daemon.import([file], mode)
      const item = (await daemon.call('GET', '/items?limit=1')).items[0]
      const { url } = (await daemon.call('GET', `/items/${item.id}`)).renditions[0]
      await curl(url)
      const ours = []
      const peer = []
      for (let pair = 0; pair < context.pairs; pair++) {
        peer.push((await curl(`${web.base}/film-2g.bin`)).wall)
        ours.push((await curl(url)).wall)
      }
      const ratios = ours.map((wall, i) => wall / peer[i])
      const rate = (walls) => `${round((2 * 1024) / median(walls), 0)} MiB/s`
      return { ours: rate(ours), peer: rate(peer), engine: 'curl from nginx with sendfile, wall clock', ...judge(ratios, 2, 'lower') }
    } finally {
      await daemon.close()
      await stop(web.child)
    }
  }
}

export const reading = [
  { work: 'read back over HTTP, 2 GiB kept in place', kind: 'ratio', bar: '<= 2', run: readBack('reference') },
  { work: 'read back over HTTP, 2 GiB copied in', kind: 'ratio', bar: '<= 2', run: readBack('copy') },
]
