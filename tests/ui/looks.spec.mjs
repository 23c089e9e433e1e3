// What the rooms show, by its effect: what has no picture gets one, days say what they hold,
// the time line shows the film, what was thrown away comes back from the keyboard.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, enter, openWorld, settled, until } from './support.mjs'

let world
before(async () => (world = await openWorld()))
after(() => world?.close())

const first = async (kind) => (await world.daemon.call('GET', `/items?kind=${kind}&sort=title&limit=1`)).items[0]

test('Home dates its first shelf once, and a record without a cover gets one', async () => {
  const page = await world.page()
  await page.waitForFunction(() => performance.getEntriesByName('shelf').length === 1)
  await page.getByRole('link', { name: 'Watch' }).first().click()
  await settled(page)
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await settled(page)
  assert.equal(await page.evaluate(() => performance.getEntriesByName('shelf').length), 1)
  await enter(page, '/music')
  const record = (await world.daemon.call('GET', '/music')).albums[0]
  const drawn = page.getByRole('main').locator('a', { hasText: record.title }).locator('svg path')
  await until('hills are drawn', async () => (await drawn.count()) > 2)
  await page.context().close()
})

test('a day of clips does not speak of photos', async () => {
  const { daemon, folder, media } = world
  const clip = join(folder, 'MOV_0001.mp4')
  copyFileSync(media.mp4, clip)
  // Bytes of its own, so that it is not the film again.
  writeFileSync(clip, Buffer.from('free'), { flag: 'a' })
  await daemon.import([clip], 'copy')
  const page = await world.page()
  await enter(page, '/pix')
  await page.getByText('4 photos and 1 video').waitFor()
  await until('the day of the clip', async () => (await page.getByRole('grid').innerText()).includes('1 video'))
  await page.context().close()
})

test('the time line shows the film where it is pointed at', async () => {
  const page = await world.page()
  const film = await first('film')
  await enter(page, `/play/${film.id}`)
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await page.keyboard.press('k')
  const line = await page.getByRole('slider', { name: 'Position' }).boundingBox()
  await page.mouse.move(line.x + line.width / 2, line.y + line.height / 2)
  await page.waitForFunction(() => {
    const [film, peek] = document.querySelectorAll('video')
    return peek !== undefined && peek.readyState >= 2 && Math.abs(peek.currentTime - film.duration / 2) < 1.5 && film.currentTime < film.duration / 2 - 2
  })
  await assertAccessible(page, 'the player with a preview')
  await page.context().close()
})

test('how far L jumps is a setting', async () => {
  const page = await world.page()
  await enter(page, '/settings/playback')
  await page.getByRole('radiogroup', { name: 'Jump back and forward' }).or(page.getByRole('group', { name: 'Jump back and forward' })).getByText('5 s', { exact: true }).click()
  await until('it is kept', async () => (await world.daemon.call('GET', '/settings')).seekSeconds === 5)
  await enter(page, `/play/${(await first('film')).id}`)
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await page.keyboard.press('k')
  await page.keyboard.press('0')
  await page.keyboard.press('l')
  await until('five seconds on', () => page.locator('video').first().evaluate((video) => Math.abs(video.currentTime - 5) < 0.3))
  await page.context().close()
})

test('thrown away in the lightbox, brought back by Ctrl+Z, left by one Escape', async () => {
  const page = await world.page()
  const photo = (await world.daemon.call('GET', '/items?kind=photo')).items.find(({ title }) => title === 'Harbour')
  await enter(page, '/pix')
  await page.getByRole('link', { name: /Harbour/ }).first().click()
  await until('it is open', () => page.url().includes(photo.id))
  await page.keyboard.press('Delete')
  await page.getByText('1 photo is in the trash').waitFor()
  await page.keyboard.press('Control+z')
  await until('it is back', async () => (await world.daemon.call('GET', `/items/${photo.id}`)).trashedAt === null)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.getByRole('tooltip').or(page.locator('.tooltip')).first().waitFor()
  await page.keyboard.press('Escape')
  await until('back in the grid', () => page.url().endsWith('/pix'))
  await page.context().close()
})

test('a file that is no film says so, and a film no engine decodes names its codecs', async () => {
  const { daemon, folder } = world
  const broken = join(folder, 'Broken (2002)', 'Broken (2002).mp4')
  mkdirSync(join(folder, 'Broken (2002)'))
  writeFileSync(broken, 'not a film')
  await daemon.import([broken], 'copy')
  const item = (await daemon.call('GET', '/items?limit=50')).items.find(({ title }) => title.startsWith('Broken'))
  const page = await world.page()
  await enter(page, `/play/${item.id}`)
  const told = page.getByRole('alert')
  await told.waitFor()
  assert.match(await told.innerText(), /no film in it that can be read/)
  assert.doesNotMatch(await told.innerText(), /\(\)/)
  await assertAccessible(page, 'the player with a broken file')
  await page.context().close()
})

test('a photo that no picture can be made of has a drawn cover and says why', async () => {
  const { daemon, folder } = world
  const broken = join(folder, 'Broken walk.jpg')
  writeFileSync(broken, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(3000, 7)]))
  await daemon.import([broken], 'copy')
  await until('it was looked at', async () => (await daemon.call('GET', '/items?kind=photo')).items.some(({ title, unpictured }) => title === 'Broken walk' && unpictured))
  const page = await world.page()
  await enter(page, '/pix')
  const cell = page.getByRole('gridcell').filter({ hasText: 'Broken walk' })
  await cell.getByText(/No preview: the file may be damaged/).waitFor()
  assert.equal(await cell.locator('.cover').count(), 1, 'its cover is drawn')
  assert.equal(await cell.locator('.name').count(), 1, 'it is named once')
  await assertAccessible(page, 'Pix with a photo that no picture can be made of')
  await page.context().close()
})

test('who types the name of a room goes there', async () => {
  const page = await world.page()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('transf')
  await page.getByRole('option', { name: 'Transfers' }).waitFor()
  await page.keyboard.press('Enter')
  await until('in the room', () => page.url().endsWith('/transfers'))
  await page.context().close()
})

test('menus over a film are dark on a light page, too', async () => {
  const page = await world.page({ colorScheme: 'light' })
  await enter(page, `/play/${(await first('film')).id}`)
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await page.keyboard.press('s')
  const menu = page.getByRole('menu')
  await menu.waitFor()
  const light = await menu.evaluate((element) => {
    const canvas = document.createElement('canvas').getContext('2d')
    canvas.fillStyle = getComputedStyle(element).backgroundColor
    canvas.fillRect(0, 0, 1, 1)
    return canvas.getImageData(0, 0, 1, 1).data[0]
  })
  assert.ok(light < 80, `its ground is ${light} of 255`)
  await assertAccessible(page, 'the speed menu')
  await page.context().close()
})
