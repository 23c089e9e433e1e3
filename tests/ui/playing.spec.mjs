// Watching: the picture on the screen, not only the clock. Both films carry their
// second burned into the picture; the lightbox is compared with the photo itself.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FILM_SECONDS } from '../fixtures/media.mjs'
import { enter, openWorld, settled, shownSecond, until } from './support.mjs'

let world
before(async () => (world = await openWorld()))
after(() => world?.close())

const clock = (page) => page.locator('video').evaluate((video) => video.currentTime)
const isPaused = (page) => page.locator('video').evaluate((video) => video.paused)

async function film(title) {
  const { items } = await world.daemon.call('GET', '/items?kind=film')
  return items.find((item) => item.title === title)
}

async function open(page, title) {
  const { id } = await film(title)
  await enter(page, `/play/${id}`)
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  return id
}

for (const title of ['The Long Tide', 'Paper Harbour']) {
  test(`${title}: plays, and shows the middle after a seek to the middle`, async () => {
    const page = await world.page()
    await open(page, title)
    await page.keyboard.press('5')
    await page.keyboard.press('k')
    await until('it is paused in the middle', async () => (await isPaused(page)) && (await clock(page)) >= FILM_SECONDS / 2 - 0.5)
    const second = await until('a frame with a timecode', () => shownSecond(page))
    assert.ok(Math.abs(second - Math.floor(await clock(page))) <= 1, `the picture shows ${second} s, the clock ${await clock(page)} s`)
    await page.context().close()
  })
}

test('the keyboard map: play, jump, volume, mute, frames, places, help', async () => {
  const page = await world.page()
  await open(page, 'The Long Tide')
  await page.keyboard.press('Space')
  await until('paused', () => isPaused(page))
  await page.keyboard.press('0')
  await until('at the start', async () => (await clock(page)) < 0.2)
  const steps = [['l', 10], ['ArrowRight', 15], ['ArrowLeft', 10], ['j', 0]]
  for (const [key, at] of steps) {
    await page.keyboard.press(key)
    await until(`${key} leads to ${at} s`, async () => Math.abs((await clock(page)) - at) < 0.3)
  }
  await page.keyboard.press('.')
  await until('one frame on', async () => (await clock(page)) > 0.01 && (await clock(page)) < 0.3)
  const volume = () => page.locator('video').evaluate((video) => video.volume)
  const loud = await volume()
  await page.keyboard.press('ArrowDown')
  await until('quieter', async () => (await volume()) < loud)
  await page.keyboard.press('m')
  await until('muted', () => page.locator('video').evaluate((video) => video.muted))
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('f')
  await until('full screen', () => page.evaluate(() => document.fullscreenElement !== null))
  await page.context().close()
})

test('it goes on where it was left', async () => {
  const page = await world.page()
  const id = await open(page, 'Paper Harbour')
  await page.keyboard.press('5')
  await page.keyboard.press('k')
  await until('the place is kept', async () => ((await world.daemon.call('GET', `/items/${id}`)).progress?.positionMs ?? 0) > 10_000)
  await enter(page, '/')
  await page.getByRole('heading', { name: 'Continue watching' }).waitFor()
  await enter(page, `/play/${id}`)
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 9)
  await page.context().close()
})

test('the lightbox shows the photo, upright', async () => {
  const page = await world.page()
  const photos = (await world.daemon.call('GET', '/items?kind=photo')).items
  const ferry = photos.find(({ title }) => title === 'Ferry')
  assert.ok(ferry.height > ferry.width, 'turned by its EXIF orientation')
  await enter(page, '/pix')
  await page.getByRole('link', { name: /Ferry/ }).or(page.getByRole('button', { name: /Ferry/ })).first().click()
  await until('its address is shown', () => page.url().includes(ferry.id))
  const box = await until('the picture is there', () => page.evaluate(() => {
    const image = [...document.querySelectorAll('[role="dialog"] img, main img')].filter((one) => one.complete && one.naturalWidth >= 600).at(-1)
    return image ? { wide: image.naturalWidth, high: image.naturalHeight } : null
  }))
  assert.ok(box.high > box.wide)
  await page.keyboard.press('Escape')
  await settled(page)
  await until('back in the grid', () => !page.url().includes(ferry.id))
  await page.context().close()
})

test('music plays on while the rooms change', async () => {
  const page = await world.page()
  const record = (await world.daemon.call('GET', '/music')).albums[0]
  await enter(page, `/music/album/${record.id}`)
  // The players are not in the page, so what they do is heard where they are made.
  await page.evaluate(() => {
    globalThis.heard = []
    const play = HTMLMediaElement.prototype.play
    HTMLMediaElement.prototype.play = function () {
      globalThis.heard.push(this)
      return play.call(this)
    }
  })
  await page.getByRole('main').getByRole('button', { name: /^Play/ }).first().click()
  const at = () => page.evaluate(() => Math.max(0, ...globalThis.heard.filter((audio) => !audio.paused).map((audio) => audio.currentTime)))
  await until('it sounds', async () => (await at()) > 0.2)
  await page.getByRole('link', { name: 'Watch' }).first().click()
  await page.getByRole('region', { name: 'Now playing' }).or(page.getByLabel('Now playing')).first().waitFor()
  const before = await at()
  await until('still', async () => (await at()) > before + 0.2)
  await page.context().close()
})
