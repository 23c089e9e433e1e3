// nginx over a folder, as the measure of what a plain web server takes.

import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { start } from '../lib/process.mjs'

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

/** Serves `folder` on loopback; where, and the process to stop. */
export async function nginx(folder) {
  const port = await freePort()
  const conf = join(folder, 'nginx.conf')
  const types = 'types { text/html html; video/mp4 mp4; application/octet-stream bin; }'
  writeFileSync(conf, `daemon off; master_process off; user root; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events {} http { ${types} access_log off; sendfile on; server { listen 127.0.0.1:${port}; root ${folder}; } }\n`)
  const { child } = await start('bash', ['-c', `echo up; exec nginx -c ${conf} -p ${folder} 2>/dev/null`], (out) => out.includes('up'), { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } })
  const base = `http://127.0.0.1:${port}`
  for (let i = 0; i < 100; i++) {
    if (await fetch(base).then(() => true, () => false)) return { base, child }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx did not answer')
}
