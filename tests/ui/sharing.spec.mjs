// Two people and a link: shared by clicking in one window, opened, watched and saved in another,
// taken back, and said so there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import decodeQR from 'qr/decode.js'
import { FILM_SECONDS } from '../fixtures/media.mjs'
import { readPng } from '../fixtures/picture.mjs'
import { openDaemon } from '../../scripts/lib/daemon.mjs'
import { assertAccessible, cutOff, enter, openWorld, shownSecond, tributary, until } from './support.mjs'

// Shares go over this machine alone.
const more = ['--network', 'loopback']
const PASSWORD = 'slow river'

let world
let friend
before(async () => {
  world = await openWorld({ more })
  friend = await openDaemon(tributary, world.folder, undefined, more)
  await friend.call('PATCH', '/settings', { firstRunDone: true })
})
after(async () => {
  await friend?.close()
  await world?.close()
})

const film = async () => (await world.daemon.call('GET', '/items?kind=film&sort=title')).items.find(({ title }) => title === 'The Long Tide')
const shares = () => world.daemon.call('GET', '/shares')

/** Shares over the API, for tests of what comes after. */
async function shared(request) {
  const { id } = await world.daemon.call('POST', '/shares', request)
  return until('the share is ready', async () => (await shares()).find((share) => share.id === id && share.state === 'ready'))
}

async function paste(page, text) {
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)
}

const clock = (page) => page.locator('video').evaluate((video) => video.currentTime)

test('a film is shared by clicking; with the password the link opens, plays, seeks and is saved', async () => {
  const page = await world.page()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await enter(page, `/title/${(await film()).id}`)
  await page.getByRole('button', { name: 'Share' }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('1 video').waitFor()
  await sheet.getByText(/The original stays where it is/).waitFor()
  await sheet.getByText('It does not say where it was made.').waitFor()
  await assertAccessible(page, 'the share sheet')
  await sheet.getByRole('switch', { name: 'Ask for a password' }).click()
  await sheet.getByRole('button', { name: 'Make link' }).click()
  await sheet.getByText('Choose a password, or turn it off.').waitFor()
  assert.equal((await shares()).length, 0, 'nothing is shared before the form is right')
  await sheet.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await sheet.getByText('1 week').click()
  await sheet.getByRole('button', { name: 'Make link' }).click()
  const code = sheet.getByRole('img', { name: 'QR code of the link' })
  await code.waitFor()
  await assertAccessible(page, 'the sheet with a link')
  await sheet.getByRole('button', { name: 'Copy link' }).click()
  await sheet.getByRole('button', { name: 'Copied' }).waitFor()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  const [share] = await shares()
  assert.equal(link, share.link)
  assert.equal(share.hasPassword, true)
  assert.ok(Math.abs(share.expiresAt - Date.now() - 7 * 86_400_000) < 120_000, 'it ends in a week')
  assert.equal(read(await code.screenshot({ scale: 'css' })), link, 'a camera reads the whole link')
  await page.context().close()

  const there = await world.page({ of: friend })
  await paste(there, `Look: ${link}`)
  const dialog = there.getByRole('dialog')
  await dialog.getByLabel('Password').fill('wrong')
  await assertAccessible(there, 'the dialog that asks for a password')
  await there.keyboard.press('Enter')
  await dialog.getByText(/This password is wrong/).waitFor()
  await dialog.getByLabel('Password').fill(PASSWORD)
  await there.keyboard.press('Enter')
  await there.getByRole('heading', { name: 'The Long Tide' }).waitFor()
  assert.ok(!decodeURIComponent(there.url()).includes(link.split('#')[1]), 'the secret is not in the address')
  await there.getByText('From a device you do not know yet').waitFor()
  await assertAccessible(there, 'the page of a film that somebody shares')

  await there.getByRole('link', { name: 'Play', exact: true }).click()
  await there.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await there.keyboard.press('5')
  await there.keyboard.press('k')
  await until('it stands in the middle', async () => (await clock(there)) >= FILM_SECONDS / 2 - 0.5)
  const second = await until('a frame with a timecode', () => shownSecond(there))
  assert.ok(Math.abs(second - Math.floor(await clock(there))) <= 1, `the picture shows ${second} s, the clock ${await clock(there)} s`)
  await assertAccessible(there, 'the player with a shared film')
  await there.keyboard.press('Escape')

  await there.getByRole('button', { name: 'Save to library' }).click()
  await there.getByText('In your library').waitFor()
  await until('it is on the shelf', async () => (await friend.call('GET', '/items')).items.some(({ title }) => title === 'The Long Tide'))
  await enter(there, '/transfers')
  await there.getByText('Saving “The Long Tide”').waitFor()
  await there.context().close()
})

test('what is taken back says so where it is open', async () => {
  const { id, link } = await shared({ items: [(await film()).id] })
  const there = await world.page({ of: friend })
  await enter(there, `/open?link=${encodeURIComponent(link)}`)
  await there.getByRole('button', { name: 'Save to library' }).waitFor()

  const page = await world.page()
  await enter(page, '/shared')
  const card = page.getByRole('article').first()
  await card.getByText('Open on 1 device now').waitFor()
  await assertAccessible(page, 'what I share')
  await card.getByRole('button', { name: 'Show link and QR code' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: 'Take back' }).click()
  await sheet.getByText(/Copies that somebody already saved stay/).waitFor()
  await sheet.getByRole('button', { name: 'Take back' }).click()
  await sheet.getByText(/Taken back\. The link opens nothing any more/).waitFor()
  assert.equal((await shares()).find((share) => share.id === id).state, 'revoked')

  await there.getByText('Taken back by whoever shared it').waitFor()
  assert.equal(await there.getByRole('button', { name: 'Save to library' }).count(), 0)
  await assertAccessible(there, 'the page of what was taken back')
  await enter(there, '/open')
  await there.getByLabel('Link').fill(link)
  await there.getByRole('button', { name: 'Open', exact: true }).click()
  await there.getByText('This link is over').waitFor()
  await assertAccessible(there, 'the page that opens links')
  await page.context().close()
  await there.context().close()
})

test('an album of photos: counted, without its places, and looked at one by one', async () => {
  const { items } = await world.daemon.call('GET', '/items?kind=photo&sort=taken')
  const album = await world.daemon.call('POST', '/albums', { title: 'By the water' })
  await world.daemon.call('POST', `/albums/${album.id}/items`, { ids: items.map(({ id }) => id) })
  const page = await world.page()
  await enter(page, `/pix/album/${album.id}`)
  await page.getByRole('button', { name: 'Share', exact: true }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText(`${items.length} photos`).waitFor()
  await sheet.getByLabel('What others see as its name').fill('Lakes')
  await sheet.getByRole('button', { name: 'Make link' }).click()
  await sheet.getByRole('img', { name: 'QR code of the link' }).waitFor()
  const { link, keepLocation } = (await shares()).find(({ title }) => title === 'Lakes')
  assert.equal(keepLocation, false)
  await page.context().close()

  const there = await world.page({ of: friend })
  await enter(there, `/open?link=${encodeURIComponent(link)}`)
  await there.getByRole('heading', { name: 'Lakes' }).waitFor()
  const photos = there.getByRole('list', { name: 'Photos' }).getByRole('link')
  assert.equal(await photos.count(), items.length)
  await assertAccessible(there, 'photos that somebody shares')
  await photos.first().click()
  await there.getByRole('dialog', { name: items[0].title }).or(there.getByRole('dialog')).first().waitFor()
  await there.keyboard.press('ArrowRight')
  await until('the second one', () => there.url().endsWith('/photo/1'))
  await assertAccessible(there, 'a photo that somebody shares')
  await there.keyboard.press('Escape')
  await until('back at all of them', () => !there.url().includes('/photo/'))
  await there.context().close()
})

test('links that lead nowhere say what to do', async () => {
  const there = await world.page({ of: friend })
  await enter(there, '/shared/opened')
  await there.getByRole('button', { name: 'Open a link' }).click()
  const dialog = there.getByRole('dialog')
  await dialog.getByLabel('Link').fill('tributary://share/1/direct')
  await there.keyboard.press('Enter')
  await dialog.getByText('This is no link that works').waitFor()
  await there.keyboard.press('Escape')
  const { link } = await shared({ items: [(await film()).id] })
  const page = await world.page()
  await paste(page, link)
  await page.getByRole('dialog').getByText('This is a link of your own').waitFor()
  await page.context().close()
  await there.context().close()
})

test('the Network room says how this computer stands and who is there', async () => {
  const page = await world.page()
  await enter(page, '/network')
  await page.getByText('Only your home network reaches this computer').waitFor()
  await page.getByRole('table').getByText(/tributary\//).first().waitFor()
  await assertAccessible(page, 'the Network room')
  await enter(page, '/settings/network')
  await page.getByText('Take out places when sharing').waitFor()
  await assertAccessible(page, 'the settings of sharing and network')
  await page.context().close()
})

test('of thousands of photos only those near the window are in the page', async () => {
  const [photo] = (await world.daemon.call('GET', '/items?kind=photo')).items
  const { link } = await shared({ items: [photo.id], title: 'A long walk' })
  const received = await friend.call('POST', '/links/open', { link })
  assert.equal(received.title, 'A long walk', 'one thing is called what its sharer calls it')
  const there = await world.page({ of: friend })
  // One photo, five thousand times.
  await there.route(/\/api\/app\/received\/[^/]+$/, async (route) => {
    const detail = await friend.call('GET', `/received/${received.id}`)
    const things = Array.from({ length: 5000 }, (_, at) => ({ ...detail.things[0], title: `Step ${at + 1}` }))
    await route.fulfill({ json: { ...detail, things } })
  })
  await enter(there, `/received/${received.id}`)
  const photos = there.getByRole('list', { name: 'Photos' }).getByRole('listitem')
  await photos.first().waitFor()
  assert.ok((await photos.count()) < 150, `${await photos.count()} photos are in the page`)
  assert.equal(await photos.first().getAttribute('aria-setsize'), '5000')
  await there.locator('[data-scroll]').evaluate((box) => (box.scrollTop = box.scrollHeight))
  await there.getByRole('link', { name: 'Step 5000' }).waitFor()
  assert.ok((await photos.count()) < 150)
  assert.equal(await there.getByRole('link', { name: 'Step 1', exact: true }).count(), 0)
  await assertAccessible(there, 'thousands of photos')
  await there.context().close()
})

test('who is reached by a relay only is said to be, with what helps', async () => {
  const { link } = await shared({ items: [(await film()).id] })
  const received = await friend.call('POST', '/links/open', { link })
  const there = await world.page({ of: friend })
  // There is no relay on one machine: what the daemon says of one is put into its answers.
  const said = (change) => async (route) => {
    const path = new URL(route.request().url()).pathname.replace('/api/app', '')
    await route.fulfill({ json: change(await friend.call('GET', path)) })
  }
  await there.route(/\/api\/app\/received\/[^/]+$/, said((detail) => ({ ...detail, share: { ...detail.share, onlyRelayed: true } })))
  await enter(there, `/received/${received.id}`)
  const notice = there.getByRole('alert')
  await notice.getByText('The other device cannot be connected directly').waitFor()
  assert.equal(await notice.getByRole('list', { name: 'What helps' }).getByRole('listitem').count(), 4)
  await assertAccessible(there, 'the page of what only a relay leads to')

  const missed = (network) => ({ ...network, peers: network.peers.map((peer) => ({ ...peer, relayed: true, cannotConnectDirectly: true })) })
  await there.route(/\/api\/app\/networks$/, said((networks) => networks.map(missed)))
  await enter(there, '/network')
  await there.getByText(/1 device cannot be connected directly/).waitFor()
  await there.getByRole('list', { name: 'What helps' }).waitFor()
  await there.getByRole('table').getByText('By a relay only').waitFor()
  await assertAccessible(there, 'the Network room with somebody whom only a relay leads to')

  await there.unrouteAll()
  const refused = { code: 'only_relayed', message: 'Only a relay leads there.', safe: null, todo: null, detail: null }
  await there.route(/\/links\/open$/, (route) => route.fulfill({ status: 504, json: refused }))
  await enter(there, `/open?link=${encodeURIComponent(link)}`)
  await there.getByText('Only a relay leads to the other device, and it carries too little').waitFor()
  await there.getByText('Both devices in the same Wi-Fi or home network.').waitFor()
  await assertAccessible(there, 'the page that opens a link over a relay')
  await there.context().close()
})

test('in German nothing is left in English or cut off', async () => {
  const english = /\b(the|link works|Share|Open|Copy|Password|devices?|Network|Taken|Shared)\b/
  const page = await world.page({ language: 'de-DE', width: 1024, height: 700 })
  for (const path of ['/shared', '/shared/opened', '/open', '/network', '/settings/network']) {
    await enter(page, path)
    const text = (await page.locator('body').innerText()).replaceAll('The Long Tide', '')
    assert.doesNotMatch(text, english, `German at ${path}`)
    assert.deepEqual(await cutOff(page), [], `cut off at ${path}`)
  }
  await enter(page, `/title/${(await film()).id}`)
  await page.getByRole('button', { name: 'Teilen' }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('1 Video').waitFor()
  await sheet.getByText('Ein Datum').click()
  assert.doesNotMatch((await sheet.innerText()).replaceAll('The Long Tide', ''), english)
  assert.deepEqual(await cutOff(page), [], 'cut off in the share sheet')
  await page.context().close()
})

/** What a QR code on a picture says. */
function read(png) {
  const { width, height, rgb } = readPng(png)
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data.set(rgb(x, y), (y * width + x) * 3)
  return decodeQR({ width, height, data })
}
