// What `npm run shots` takes pictures of: name, address, and what to do there first.

const press = (key) => (page) => page.keyboard.press(key)
const click = (role, name) => (page) => page.getByRole(role, { name }).first().click()

/** The welcome, step by step. */
export const firstSteps = [
  ['first-run', (page) => page.getByRole('heading', { level: 1 }).waitFor()],
  ['first-run-places', (page) => page.locator('footer button').last().click()],
  ['first-run-privacy', (page) => page.locator('footer button').last().click()],
  ['first-run-network', (page) => page.locator('footer button').last().click()],
]

export const emptyRooms = [
  ['empty-home', '/'],
  ['empty-watch', '/watch'],
  ['empty-pix', '/pix'],
  ['empty-pix-favourites', '/pix/favourites'],
  ['empty-pix-albums', '/pix/albums'],
  ['empty-pix-trash', '/pix/trash'],
  ['empty-music', '/music'],
  ['empty-transfers', '/transfers'],
  ['empty-shared', '/shared'],
  ['empty-opened', '/shared/opened'],
  ['empty-network', '/network'],
]

export async function fullRooms({ call }) {
  const film = (await call('GET', '/items?kind=film&sort=title')).items[2]
  const episodes = (await call('GET', '/items?kind=episode&sort=title')).items
  const photo = (await call('GET', '/items?kind=photo&sort=taken&limit=9')).items[6]
  const music = await call('GET', '/music')
  const record = music.albums.find(({ title }) => title === 'Upstream')
  const album = (await call('GET', '/albums')).find(({ title }) => title === 'North coast')
  const playing = async (page) => {
    await page.waitForFunction(() => document.querySelector('video')?.currentTime > 1)
    await page.mouse.move(400, 400)
  }
  return [
    ['home', '/'],
    ['watch', '/watch'],
    ['watch-films', '/watch?kind=film'],
    ['title', `/title/${film.id}`],
    ['show', `/show/${episodes[0].show.id}`],
    ['player', `/play/${film.id}?at=14`, async (page) => {
      await page.waitForFunction(() => document.querySelector('video')?.currentTime > 14)
      await page.mouse.move(400, 400)
      await page.keyboard.press('c')
      await page.keyboard.press('k')
      await page.waitForTimeout(1200)
    }],
    ['player-menu', `/play/${film.id}?at=14`, async (page) => {
      await playing(page)
      await page.keyboard.press('k')
      await page.keyboard.press('s')
      await page.waitForTimeout(1200)
    }],
    ['player-preview', `/play/${film.id}?at=14`, async (page) => {
      await playing(page)
      await page.keyboard.press('k')
      const line = await page.getByRole('slider').first().boundingBox()
      await page.mouse.move(line.x + line.width * 0.6, line.y + line.height / 2)
      await page.waitForTimeout(1500)
    }],
    ['player-next', `/play/${episodes[0].id}`, async (page) => {
      await playing(page)
      await page.keyboard.press('9')
      await page.evaluate(() => {
        const video = document.querySelector('video')
        video.currentTime = video.duration - 0.3
      })
      await page.waitForFunction(() => document.querySelector('video')?.ended)
    }],
    ['pix', '/pix'],
    ['pix-albums', '/pix/albums'],
    ['pix-favourites', '/pix/favourites'],
    ['pix-duplicates', '/pix/duplicates'],
    ['pix-trash', '/pix/trash'],
    ['lightbox', `/pix/photo/${photo.id}`],
    ['lightbox-details', `/pix/photo/${photo.id}`, press('i')],
    ['album', `/pix/album/${album.id}`],
    ['music', '/music'],
    ['music-album', `/music/album/${record.id}`],
    ['music-playing', `/music/album/${record.id}`, async (page) => {
      await page.getByRole('main').getByRole('button', { name: /^Play/ }).first().click()
      await page.waitForTimeout(600)
    }],
    ['transfers', '/transfers'],
    ['settings', '/settings'],
    ['settings-network', '/settings/network'],
    ['settings-blocking', '/settings/blocking'],
    ['share', `/title/${film.id}`, click('button', 'Share')],
    ['open', '/open'],
    ['search', '/search?q=the'],
    ['palette', '/', async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('tide')
      await page.getByRole('option', { name: /The Long Tide/ }).first().waitFor()
    }],
    ['add', '/', click('button', 'Add')],
    ['missing', '/nowhere'],
  ]
}
