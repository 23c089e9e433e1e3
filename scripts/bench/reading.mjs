// Reading a whole film back over HTTP, against nginx serving the same file from the same page cache.

import { openDaemon } from '../lib/daemon.mjs'
import { stop, timed } from '../lib/process.mjs'
import { nginx } from './nginx.mjs'
import { judge, median, round } from './report.mjs'

const GIB = 2 ** 30

const curl = (url) => timed('curl', ['-sSf', '-o', '/dev/null', url])

function readBack(mode) {
  return async (context) => {
    const file = context.randomFile('film-2g.bin', 2 * GIB, 3)
    const web = await nginx(context.work)
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
