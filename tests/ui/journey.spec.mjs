// The main journey in a browser on the headless daemon, by keyboard and by mouse:
// first run, add by dropping files, see them on the shelves, watch, look, undo.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, openWorld, settled, until } from './support.mjs'

let world
before(async () => (world = await openWorld({ filled: false })))
after(() => world?.close())

test('first run, drop, shelves: in German and with the keyboard where it can be', async () => {
  const page = await world.page({ language: 'de-DE' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
  for (let step = 0; step < 4; step += 1) {
    await assertAccessible(page, `first run, step ${step + 1}`)
    // A test stays by itself.
    if (step === 3) await page.getByRole('radio', { name: /Jetzt nicht/ }).check()
    await page.keyboard.press('Tab')
    await page.locator('footer button').last().focus()
    await page.keyboard.press('Enter')
  }
  await page.getByRole('navigation', { name: 'Räume' }).waitFor()
  assert.equal((await world.daemon.call('GET', '/settings')).network, 'off')
  await assertAccessible(page, 'the empty home')

  await drop(page, [world.media.mp4, world.media.webm, world.media.flac, ...world.media.photos])
  const sheet = page.getByRole('dialog')
  await sheet.waitFor()
  await until('the sheet says what it found', async () => /4 Fotos/.test(await sheet.innerText()))
  await assertAccessible(page, 'the drop sheet')
  await sheet.getByRole('button', { name: 'Hinzufügen' }).click()
  await until('the film is on a shelf', () => page.getByRole('link', { name: /The Long Tide/ }).first().isVisible())
  await until('every file is listed', async () => (await world.daemon.call('GET', '/items?limit=1')).total === 7)
  await page.context().close()
})

test('the same files again are found to be here already', async () => {
  const { daemon, media } = world
  const before = (await daemon.call('GET', '/storage')).used
  const { job } = await daemon.import([media.mp4, ...media.photos], 'copy')
  assert.equal(job.filesDuplicate + job.filesSkipped, 5)
  assert.equal((await daemon.call('GET', '/items?limit=1')).total, 7)
  assert.equal((await daemon.call('GET', '/storage')).used, before, 'no second copy')
})

test('a film is favourited, trashed and brought back', async () => {
  const { daemon } = world
  const page = await world.page()
  const film = (await daemon.call('GET', '/items?kind=film&sort=title')).items.find(({ title }) => title === 'The Long Tide')
  await page.goto(`${daemon.api}/title/${film.id}`)
  await settled(page)
  await page.getByRole('button', { name: 'Add to favourites' }).first().click()
  await until('the daemon knows', async () => (await daemon.call('GET', `/items/${film.id}`)).favourite)
  await daemon.call('POST', '/items/batch', { ids: [film.id], action: 'trash' })
  await page.goto(`${daemon.api}/watch`)
  await settled(page)
  await until('it left the shelf', async () => (await page.getByRole('link', { name: /The Long Tide/ }).count()) === 0)
  await daemon.call('POST', '/items/batch', { ids: [film.id], action: 'restore' })
  await until('it is back by itself', () => page.getByRole('link', { name: /The Long Tide/ }).first().isVisible())
  const again = await daemon.call('GET', `/items/${film.id}`)
  assert.equal(again.favourite, true, 'what a person said survives the trash')
  await page.context().close()
})

test('search finds by a part of a name', async () => {
  const page = await world.page()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('tid')
  await page.getByRole('option', { name: /The Long Tide/ }).first().waitFor()
  await assertAccessible(page, 'the palette')
  await page.keyboard.press('Escape')
  await page.context().close()
})

/** A real drop event with real file contents, as a browser makes from files of the desktop. */
async function drop(page, paths) {
  const files = paths.map((path) => ({ name: basename(path), bytes: readFileSync(path).toString('base64') }))
  await page.evaluate((files) => {
    const transfer = new DataTransfer()
    for (const { name, bytes } of files) {
      const data = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))
      const type = { mp4: 'video/mp4', webm: 'video/webm', flac: 'audio/flac', jpg: 'image/jpeg' }[name.split('.').at(-1)]
      transfer.items.add(new File([data], name, { type }))
    }
    const target = document.querySelector('main')
    for (const type of ['dragenter', 'dragover', 'drop']) {
      target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
    }
  }, files)
}
