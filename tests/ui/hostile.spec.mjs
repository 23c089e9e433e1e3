// A hostile page served by our own gateway, and hostile files in the library, in a real
// browser that is signed in to the API: not one byte of the API can be read from there.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openWorld } from './support.mjs'

let world
before(async () => (world = await openWorld({ filled: false })))
after(() => world?.close())

/** A page that tries everything it can think of and writes what it got into its title. */
const attack = (api) => `<!doctype html><title>nothing</title><body><script>
const tell = (what) => { document.title = what; parent.postMessage(what, '*') }
const urls = ['${api}/api/app/status', '${api}/api/app/openapi.json', '${api}/']
Promise.allSettled(urls.flatMap((url) => [fetch(url, { credentials: 'include' }), fetch(url, { credentials: 'include', mode: 'no-cors' })]))
  .then((all) => Promise.all(all.map(async (one) => one.status === 'fulfilled' ? (await one.value.text()).length : 0)))
  .then((sizes) => tell('got ' + sizes.reduce((a, b) => a + b, 0)))
</script></body>`

test('a hostile page in the gateway runs no script and reads nothing', async () => {
  const { daemon } = world
  const page = await world.page()
  const body = Buffer.from(attack(daemon.api))
  const added = await fetch(`${daemon.api}/api/app/node/add?name=evil.html&pin=true`, { method: 'POST', headers: { authorization: `Bearer ${daemon.token}` }, body }).then((answer) => answer.json())
  const asked = []
  // The page before may still be asking the API for itself; it must be gone first.
  await page.goto('about:blank')
  page.on('request', (request) => asked.push(request.url()))
  const answer = await page.goto(`${daemon.media}/btfs/${added.cid}`)
  assert.equal(answer.status(), 200)
  assert.match(answer.headers()['content-security-policy'], /sandbox/)
  await page.waitForLoadState('networkidle')
  assert.equal(await page.title(), 'nothing', 'its script did not run')
  assert.deepEqual(asked.filter((url) => url.startsWith(daemon.api)), [], 'it asked the API nothing')
})

test('an SVG and an HTML file in the library read nothing', async () => {
  const { daemon, folder } = world
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>fetch('${daemon.api}/api/app/status',{credentials:'include'}).then(r=>r.text()).then(t=>{document.documentElement.setAttribute('data-got',t)})</script><rect width="9" height="9"/></svg>`
  writeFileSync(join(folder, 'evil.svg'), svg)
  writeFileSync(join(folder, 'evil.html'), attack(daemon.api))
  await daemon.import([join(folder, 'evil.svg'), join(folder, 'evil.html')], 'copy')
  const { items } = await daemon.call('GET', '/items')
  assert.equal(items.length, 2)
  for (const { id } of items) {
    const page = await world.page()
    const { renditions } = await daemon.call('GET', `/items/${id}`)
    const head = await fetch(renditions[0].url, { method: 'HEAD' })
    assert.match(head.headers.get('content-security-policy'), /sandbox/)
    assert.equal(head.headers.get('x-content-type-options'), 'nosniff')
    const asked = []
    await page.goto('about:blank')
    page.on('request', (request) => asked.push(request.url()))
    // A download (which goto reports as an error), or an inert document: both are fine; a request to the API is not.
    const inert = await page.goto(renditions[0].url).then(() => true, () => false)
    if (inert) await page.waitForLoadState('networkidle')
    else assert.match(head.headers.get('content-disposition'), /^attachment/)
    assert.deepEqual(asked.filter((url) => url.startsWith(daemon.api)), [])
    await page.context().close()
  }
})

test('a page of another origin cannot use the session of the browser', async () => {
  const { daemon } = world
  const page = await world.page()
  // The media listener is another origin; from there the API must be out of reach, cookie or not.
  await page.goto(`${daemon.media}/btfs/QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR`).catch(() => {})
  const got = await page.evaluate(async (api) => {
    const tries = [() => fetch(`${api}/api/app/status`, { credentials: 'include' }), () => fetch(`${api}/api/app/trash/empty`, { method: 'POST', credentials: 'include' })]
    const answers = []
    for (const attempt of tries) answers.push(await attempt().then((answer) => answer.status, () => 'refused'))
    return answers
  }, daemon.api)
  assert.deepEqual(got, ['refused', 'refused'])
})
