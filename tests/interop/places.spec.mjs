// What is shared does not say where it was made, and plays and looks the same to a program that
// others wrote (ffmpeg).

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { openDaemon } from '../../scripts/lib/daemon.mjs'
import { realMedia } from '../fixtures/media.mjs'
import { homeOfNetwork, inNetwork, meet } from '../ui/support.mjs'
import { decoded, LATITUDE, PLACE, placedFilm, placedPhoto } from '../fixtures/places.mjs'

const tributary = process.env.TRIBUTARY
assert.ok(tributary, 'TRIBUTARY is the daemon binary')

const folder = mkdtempSync(join(tmpdir(), 'tributary-places-'))
const more = ['--network', 'loopback']
let media
let giver
let taker
before(async () => {
  media = await realMedia()
  giver = await openDaemon(tributary, folder, undefined, more)
  taker = await openDaemon(tributary, folder, undefined, more)
})
after(async () => {
  await taker?.close()
  await giver?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** In words, as numbers of a photo, or in a box of numbers of a film. */
const says = (bytes) => [PLACE.slice(0, 8), LATITUDE, 'loci\0\0\0\0'].some((place) => bytes.includes(place))

/** Imports a file where it lies, and gives its item once it was looked at. */
async function imported(path, at = giver) {
  await at.import([path], 'reference', (job) => job.previewsPending === 0)
  const { items } = await at.call('GET', '/items?limit=200')
  const details = await Promise.all(items.map(({ id }) => at.call('GET', `/items/${id}`)))
  return details.find(({ fileName }) => fileName === basename(path))
}

/** Shares an item and opens it on the other device; its bytes there. */
async function passedOn(id, request = {}, from = giver, to = taker) {
  const { id: made } = await from.call('POST', '/shares', { items: [id], ...request })
  let share
  do {
    await new Promise((resolve) => setTimeout(resolve, 20))
    share = (await from.call('GET', '/shares')).find((one) => one.id === made)
    assert.notEqual(share.state, 'failed', share.message)
  } while (share.state !== 'ready')
  const received = await to.call('POST', '/links/open', { link: share.link })
  const { things } = await to.call('GET', `/received/${received.id}`)
  const answer = await fetch(new URL(things[0].url, to.media))
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer())
}

const used = async (daemon) => (await daemon.call('GET', '/storage')).used

for (const [name, from, options] of [
  ['a phone.mov', 'mp4', {}],
  ['a phone.mp4', 'mp4', {}],
  ['a camera.mkv', 'webm', { tag: 'LOCATION' }],
]) {
  test(`${name}: its place is gone, its length the same, every picture and sound as it was`, async () => {
    const path = join(folder, name)
    placedFilm(media[from], path, options)
    const original = readFileSync(path)
    assert.ok(says(original), 'the file says it')
    const item = await imported(path)
    const shared = await passedOn(item.id)
    assert.equal(shared.length, original.length)
    assert.ok(!says(shared), 'what is shared does not')
    const there = join(folder, `there ${name}`)
    writeFileSync(there, shared)
    assert.equal(decoded(there), decoded(path))
    const kept = await passedOn(item.id, { keepLocation: true })
    assert.ok(kept.equals(original), 'kept when it is asked for')
  })
}

for (const kind of ['png', 'webp', 'tiff']) {
  test(`a ${kind}: its place is gone, its picture the same`, async () => {
    const path = join(folder, `photo.${kind}`)
    placedPhoto(media.photos[0], path)
    assert.ok(says(readFileSync(path)), 'the file says it')
    const item = await imported(path)
    assert.ok(item.facts.gps !== null, 'and the library knows')
    const shared = await passedOn(item.id)
    assert.ok(!says(shared), 'what is shared does not')
    const there = join(folder, `there.${kind}`)
    writeFileSync(there, shared)
    assert.equal(decoded(there), decoded(path))
  })
}

test('a large film kept where it is takes no second copy when it is shared without its place', async () => {
  const path = join(folder, 'large.mov')
  placedFilm(media.heavy, path, { times: 5 })
  const { size } = statSync(path)
  const item = await imported(path)
  const before = await used(giver)
  const shared = await passedOn(item.id)
  assert.ok(!says(shared) && shared.length === size)
  const more = (await used(giver)) - before
  assert.ok(more < size / 100, `${more} bytes more for ${size}`)
})

test('in public, too, and only the blocks that change are others', async () => {
  const path = join(folder, 'public.mov')
  placedFilm(media.heavy, path, { times: 3 })
  const { size } = statSync(path)
  const [one, other] = await Promise.all([openDaemon(tributary, folder, homeOfNetwork(folder), inNetwork), openDaemon(tributary, folder, homeOfNetwork(folder), inNetwork)])
  try {
    await meet(one, other)
    const item = await imported(path, one)
    const before = await used(one)
    const shared = await passedOn(item.id, { visibility: 'public', licence: 'CC0-1.0' }, one, other)
    assert.ok(!says(shared) && shared.length === size)
    const more = (await used(one)) - before
    assert.ok(more < size / 50, `${more} bytes more for ${size}`)
    const there = join(folder, 'there public.mov')
    writeFileSync(there, shared)
    assert.equal(decoded(there), decoded(path))
  } finally {
    await other.close()
    await one.close()
  }
})
