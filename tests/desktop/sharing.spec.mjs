// Two people, two windows, two homes: a film is dropped into one and shared, its link opens in the
// other, plays and seeks there while it still comes, and stops when it is taken back. The windows
// find each other on the only network there is, that of the test run.

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { FILM_SECONDS, realMedia } from '../fixtures/media.mjs'
import { makeWorld, openApp, start } from './app.mjs'
import { dragOnto } from './drag.mjs'

const media = await realMedia()
const size = statSync(media.heavy).size
/** Bytes a second into the second window: as fast as the film plays and a little more. */
const RATE = 1_200_000

const worlds = []
let giver
let taker
let link

async function open() {
  const world = makeWorld()
  worlds.push(world)
  const app = await openApp(world)
  await app.until('the node answers', () => app.call('GET', '/status'))
  await app.call('PATCH', '/settings', { firstRunDone: true, network: 'direct' })
  await app.until('the rooms are there', () => app.find('navigation', 'Rooms'))
  return app
}

before(async () => {
  giver = await open()
})
after(async () => {
  await taker?.end()
  await giver?.end()
  for (const world of worlds) world.remove()
})

test('a film that was dropped is shared by clicking', async () => {
  await dragOnto([media.heavy], { x: 700, y: 450 }, () => giver.shows('Drop to add'))
  await giver.until('the sheet is there', () => giver.find('dialog', 'Add to your library'))
  await giver.click('button', 'Add')
  await giver.until('it is in the library', async () => (await giver.call('GET', '/imports')).jobs.some(({ state, previewsPending }) => state === 'done' && previewsPending === 0))
  const [item] = (await giver.call('GET', '/items')).items
  await giver.session.run(`history.pushState({}, '', '/title/' + args[0]); dispatchEvent(new PopStateEvent('popstate'))`, item.id)
  await giver.click('button', 'Share')
  await giver.click('button', 'Make link')
  const share = await giver.until('the link is there', async () => (await giver.call('GET', '/shares')).find(({ state }) => state === 'ready'))
  await giver.until('its code is drawn', () => giver.find('img', 'QR code of the link'))
  link = share.link
})

test('the link, clicked elsewhere, opens in the other window', async () => {
  taker = await open()
  await taker.call('PATCH', '/settings', { downloadLimit: RATE })
  await taker.raise()
  // The system starts the program with the link; the window that runs takes it over.
  const { code, text } = await start(taker.world, [link]).ended
  assert.equal(code, 0, text)
  await taker.until('it says what it is', () => taker.find('heading', 'High Water'))
  await taker.shows('From a device you do not know yet')
})

test('it plays and seeks before it is complete, and the picture is the right one', async () => {
  await taker.click('link', 'Play')
  await taker.until('it plays', () => taker.video('video.currentTime > 0.5 && !video.paused'))
  const early = await taker.secondOnScreen()
  assert.ok(early <= 10, `it began near the beginning, not at ${early}`)
  await taker.session.press('8')
  await taker.until('it arrived', () => taker.video('!video.seeking && video.readyState >= 2 && video.currentTime >= video.duration * 0.75'))
  await taker.session.run(`document.querySelector('video').pause()`)
  const at = await taker.until('it stands', () => taker.video('video.paused && !video.seeking && video.currentTime'))
  const shown = await taker.secondOnScreen(Math.floor(at))
  const [{ received }] = await taker.call('GET', '/networks')
  assert.ok(Math.abs(shown - Math.floor(at)) <= 1, `at ${at} the picture says ${shown}`)
  assert.ok(shown >= FILM_SECONDS * 0.75 - 1)
  assert.ok(received < size * 0.9, `the picture was there with ${received} of ${size} bytes`)
})

test('taken back it stops, and says so', async () => {
  const [share] = await giver.call('GET', '/shares')
  await giver.raise()
  await giver.click('button', 'Take back')
  await giver.shows('Copies that somebody already saved stay')
  await giver.click('button', 'Take back')
  await giver.until('it is over', async () => (await giver.call('GET', '/shares')).find(({ id }) => id === share.id).state === 'revoked')
  await taker.raise()
  // What is there already plays on; what is not does not come any more.
  await taker.session.run(`document.querySelector('video').play().catch(() => {})`)
  await taker.session.press('5')
  await taker.until('the other window says it', () => taker.session.run(`return /taken back/i.test(document.body.innerText)`))
  const [{ received }] = await taker.call('GET', '/networks')
  assert.ok(received < size, `${received} of ${size} bytes came`)
})
