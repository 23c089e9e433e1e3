// Every room in both languages and themes and at both sizes: nothing serious by axe,
// no errors, nothing untranslated, nothing wider than the window.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, enter, openWorld } from './support.mjs'

let world
let rooms
before(async () => {
  world = await openWorld()
  const first = async (kind) => (await world.daemon.call('GET', `/items?kind=${kind}&limit=1`)).items[0].id
  const [film, photo] = [await first('film'), await first('photo')]
  const record = (await world.daemon.call('GET', '/music')).albums[0].id
  rooms = ['/', '/watch', `/title/${film}`, `/play/${film}`, '/pix', `/pix/photo/${photo}`, '/pix/favourites', '/music', `/music/album/${record}`, '/shared', '/shared/opened', '/open', '/transfers', '/network', '/settings', '/settings/network', '/search?q=tide', '/nowhere']
})
after(() => world?.close())

const looks = [
  { language: 'en-GB', colorScheme: 'dark', width: 1440, height: 900 },
  { language: 'de-DE', colorScheme: 'light', width: 1024, height: 700 },
  { language: 'en-GB', colorScheme: 'light', width: 1440, height: 900 },
  { language: 'de-DE', colorScheme: 'dark', width: 1024, height: 700 },
]
for (const look of looks) {
  test(`every room: ${look.language}, ${look.colorScheme}, ${look.width}x${look.height}`, async () => {
    const page = await world.page(look)
    assert.equal(await page.evaluate(() => document.documentElement.lang), look.language.slice(0, 2))
    for (const room of rooms) {
      await enter(page, room)
      await assertAccessible(page, room)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.equal(wide, 0, `${room} is ${wide} px wider than the window`)
      // A key that has no text shows as itself: "room.home".
      const keys = await page.evaluate(() => document.body.innerText.match(/\b(common|count|error|home|items|kind|room|watch|player|pix|music|settings|title|transfers|drop|first)\.[a-z][A-Za-z.]+/g) ?? [])
      assert.deepEqual(keys, [], `untranslated on ${room}`)
    }
    await page.context().close()
  })
}
