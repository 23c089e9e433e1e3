// The main journey on real files in the real window: drop, see, play, seek, look. What
// counts is the picture on the X screen: the second that is burned into the film.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FILM_SECONDS, photos, realMedia } from '../fixtures/media.mjs'
import { readSecond } from '../fixtures/timecode.mjs'
import { makeWorld, openApp } from './app.mjs'
import { dragOnto } from './drag.mjs'
import { keys } from './webdriver.mjs'

const media = await realMedia()
const everything = [media.mp4, media.webm, media.flac, ...media.photos]

let here
let app
before(async () => {
  here = makeWorld()
  app = await openApp(here)
})
after(async () => {
  await app?.end()
  here?.remove()
})

test('the first start welcomes, and leads to an empty home', async () => {
  await app.until('the welcome is there', () => app.find('heading', 'Welcome to Tributary'))
  await app.click('button', 'Next')
  await app.until('it says where things live', () => app.find('heading', 'Where things live'))
  await app.shows(here.home)
  await app.click('button', 'Next')
  await app.until('it says what stays private', () => app.find('heading', 'What stays private'))
  await app.click('button', 'Next')
  await app.until('it asks whom to speak with', () => app.find('heading', 'Together with others?'))
  await app.click('button', 'Open my library')
  await app.until('the rooms are there', () => app.find('navigation', 'Rooms'))
  const settings = await app.call('GET', '/settings')
  assert.equal(settings.firstRunDone, true)
  assert.equal(settings.network, 'btfs')
  assert.deepEqual((await app.call('GET', '/networks')).map(({ name }) => name), ['direct', 'btfs'])
})

test('files dragged onto the window are imported, privately as the sheet says', async () => {
  const middle = { x: 700, y: 450 }
  await dragOnto(everything, middle, () => app.shows('Drop to add'))
  await app.until('the sheet is there', () => app.find('dialog', 'Add to your library'))
  await app.shows('Added privately')
  await app.click('button', 'Add')
  await app.until('all are in the library', async () => {
    const { counts } = await app.call('GET', '/status')
    return counts.photo === photos.length && counts.track === 1 && counts.film + counts.clip === 2
  })
  const { jobs } = await app.call('GET', '/imports')
  assert.deepEqual(jobs.map(({ filesFailed }) => filesFailed), [0])
})

test('they are on their shelves, with pictures', async () => {
  await go('Watch')
  await app.shows('The Long Tide')
  await app.shows('Paper Harbour')
  await picturesDrawn('the posters')
  await go('Music')
  await app.shows('Tidewater')
  await go('Pix')
  await app.until('all photos are in the grid', () => app.session.run(`return document.querySelectorAll('main img').length >= args[0]`, photos.length))
  await picturesDrawn('the photos')
})

for (const [name, path] of [['H.264 and AAC in MP4', 'mp4'], ['VP9 and Opus in WebM', 'webm']]) {
  test(`${name} plays and seeks, and the picture is the right one`, async () => {
    const item = await itemOf(media[path])
    await app.session.run(`history.pushState({}, '', '/play/' + args[0]); dispatchEvent(new PopStateEvent('popstate'))`, item.id)
    await app.until('it plays', () => video('video.currentTime > 1 && !video.paused'))
    const length = await video('video.duration')
    assert.ok(Math.abs(length - FILM_SECONDS) < 0.6, `it is ${length} s long`)

    const early = await app.secondOnScreen()
    assert.ok(early <= 8, `it began near the beginning, not at ${early}`)

    // The digit keys jump to tenths of the film, as everywhere.
    await app.session.press('5')
    await app.until('it arrived', () => video('!video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - video.duration / 2) < 4'))
    await app.session.run(`document.querySelector('video').pause()`)
    const at = await app.until('it stands', () => video('video.paused && !video.seeking && video.currentTime'))
    const shown = await app.secondOnScreen(Math.floor(at))
    assert.ok(Math.abs(shown - Math.floor(at)) <= 1, `at ${at} the picture says ${shown}`)
    assert.ok(shown >= FILM_SECONDS / 2 - 1, 'it is the middle of the film')
    await app.session.press(keys.escape)
    await go('Home')
  })
}

test('the place where one left is remembered', async () => {
  const item = await itemOf(media.mp4)
  await app.until('there is progress', async () => ((await app.call('GET', `/items/${item.id}`)).progress?.positionMs ?? 0) > 5000)
})

test('a photo opens in the lightbox, upright and whole', async () => {
  await go('Pix')
  const item = await itemOf(media.photos[0])
  await app.until('the grid is there', () => app.session.run(`return document.querySelectorAll('main img').length >= args[0]`, photos.length))
  await app.session.run(`history.pushState({}, '', '/pix/photo/' + args[0]); dispatchEvent(new PopStateEvent('popstate'))`, item.id)
  const box = await app.until('the large picture is drawn', () =>
    app.session.run(`
      const large = [...document.images].filter((image) => image.complete && image.naturalWidth >= 1000).sort((a, b) => b.clientWidth - a.clientWidth)[0];
      if (!large || large.clientWidth < 500) return null;
      large.setAttribute('data-test-large', '');
      return [large.naturalWidth, large.naturalHeight]`),
  )
  assert.ok(Math.abs(box[0] / box[1] - photos[0].width / photos[0].height) < 0.02, 'in its own shape')
  await app.until('the picture on the screen is this photo', async () => {
    const area = await app.placeOnScreen('[data-test-large]')
    return readSecond(await app.screen(), area) === 1
  })
  await app.session.press(keys.escape)
  await app.until('it closes', () => app.session.run(`return !location.pathname.startsWith('/pix/photo/')`))
})

async function go(room) {
  await app.click('link', room)
}

const video = (expression) => app.video(expression)

async function itemOf(path) {
  const { items } = await app.call('GET', '/items?limit=100')
  for (const { id } of items) {
    const item = await app.call('GET', `/items/${id}`)
    if (path.endsWith(`/${item.fileName}`)) return item
  }
  throw new Error(`no item of ${path}`)
}

function picturesDrawn(what) {
  return app.until(`${what} are drawn`, () =>
    app.session.run(`
      const images = [...document.querySelectorAll('main img')].filter((image) => image.getBoundingClientRect().width > 0);
      return images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0)`),
  )
}
