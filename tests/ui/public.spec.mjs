// What is public: published by clicking, opened by a stranger of the same network, veiled where it
// warns, and refused by whoever blocks it, with the name of the list and the way past it.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openDaemon } from '../../scripts/lib/daemon.mjs'
import { assertAccessible, cutOff, enter, homeOfNetwork, inNetwork, meet, openWorld, tributary, until } from './support.mjs'

let world
let stranger
before(async () => {
  world = await openWorld({ wide: true })
  stranger = await openDaemon(tributary, world.folder, homeOfNetwork(world.folder), inNetwork)
  await stranger.call('PATCH', '/settings', { firstRunDone: true })
  await meet(world.daemon, stranger)
})
after(async () => {
  await stranger?.close()
  await world?.close()
})

const film = async (title = 'The Long Tide') => (await world.daemon.call('GET', '/items?kind=film&sort=title')).items.find((item) => item.title === title)
const shares = () => world.daemon.call('GET', '/shares')

/** Publishes over the API, for tests of what comes after. */
async function published(title) {
  const { id } = await world.daemon.call('POST', '/shares', { items: [(await film(title)).id], visibility: 'public', licence: 'CC0-1.0' })
  return until('it is public', async () => (await shares()).find((share) => share.id === id && share.state === 'ready'))
}

test('a film is made public with a licence and a warning, and a stranger opens it behind its veil', async () => {
  const page = await world.page()
  await enter(page, `/title/${(await film()).id}`)
  await page.getByRole('button', { name: 'Share' }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Everybody (public)').click()
  await sheet.getByText('This cannot be undone for those who have it').waitFor()
  assert.equal(await sheet.getByRole('switch', { name: 'Ask for a password' }).count(), 0, 'what is public has no password')
  await assertAccessible(page, 'the share sheet of something public')
  await sheet.getByRole('button', { name: 'Make public' }).click()
  await sheet.getByText('Choose one. Without it, nobody knows what is allowed.').waitFor()
  assert.equal((await shares()).length, 0, 'nothing is public before the form is right')
  await sheet.getByLabel('Licence: what others may do with it').selectOption('CC-BY-4.0')
  await sheet.getByText(/as long as they name you/).waitFor()
  await sheet.getByRole('switch', { name: 'Warn of what it shows' }).click()
  await sheet.getByLabel('What somebody may not want to see').fill('Flashing lights')
  await sheet.getByRole('button', { name: 'Make public' }).click()
  await sheet.getByRole('img', { name: 'QR code of the link' }).waitFor()
  const [{ link, root, content, licence, warning, visibility }] = await shares()
  assert.deepEqual([visibility, licence, warning], ['public', 'CC-BY-4.0', 'Flashing lights'])
  assert.match(link, /^btfs:\/\//)
  await sheet.getByText('For other programs').click()
  await sheet.getByText(root, { exact: true }).waitFor()
  await sheet.getByText(content, { exact: true }).waitFor()
  await assertAccessible(page, 'the sheet with a public link')
  await page.keyboard.press('Escape')
  await enter(page, '/shared')
  await page.getByText('Public: everybody can have it').waitFor()
  await page.getByText(/Free, with the maker’s name \(CC BY 4\.0\) · with a warning/).waitFor()
  await page.context().close()

  const there = await world.page({ of: stranger })
  await enter(there, `/open?link=${encodeURIComponent(link)}`)
  await there.getByRole('heading', { name: 'Flashing lights' }).waitFor()
  await there.getByText('Licence: Free, with the maker’s name (CC BY 4.0)').waitFor()
  await there.getByText('Public: it comes from whoever has it').waitFor()
  assert.equal(await there.getByRole('link', { name: 'Play', exact: true }).count(), 0, 'nothing plays behind the veil')
  assert.equal(await there.locator('main img').count(), 0, 'nothing is shown behind the veil')
  await assertAccessible(there, 'a page behind its veil')
  const address = there.url()
  await enter(there, `${address}/play/0`)
  await there.getByRole('heading', { name: 'Flashing lights' }).waitFor()
  assert.equal(await there.locator('video').count(), 0, 'the player waits behind the veil, too')
  await enter(there, address)
  await there.getByRole('button', { name: 'Show anyway' }).click()
  await there.getByRole('link', { name: 'Play', exact: true }).click()
  await there.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
  await there.keyboard.press('Escape')
  await there.getByRole('button', { name: 'Save to library' }).click()
  await there.getByText('In your library').waitFor()
  await until('it is on the shelf', async () => (await stranger.call('GET', '/items')).items.some(({ title }) => title === 'The Long Tide'))
  await there.context().close()
})

test('what a list names is refused with the name of the list, and can be allowed', async () => {
  const { link, root } = await published('Paper Harbour')
  const file = join(world.folder, 'Harbour masters.deny')
  writeFileSync(file, `version: 1\nname: Harbour masters\n---\n/ipfs/${root}\nnonsense of some kind\n`)
  const there = await world.page({ of: stranger })
  await enter(there, '/settings/blocking')
  await there.getByText('No list yet.').waitFor()
  const picking = there.waitForEvent('filechooser')
  await there.getByRole('button', { name: 'Add a list from a file' }).click()
  await (await picking).setFiles(file)
  await there.getByText('1 rule').first().waitFor()
  await there.getByText('1 line was not understood').click()
  await there.getByText(/^Line 5: /).waitFor()
  await assertAccessible(there, 'the blocklists')

  await enter(there, `/open?link=${encodeURIComponent(link)}`)
  await there.getByText('The list “Harbour-masters” blocks this').waitFor()
  await assertAccessible(there, 'a link that a list blocks')
  await there.getByRole('button', { name: 'Show blocklists' }).click()
  const log = there.getByRole('table')
  await log.getByText('Not opened').waitFor()
  await log.getByText('Harbour-masters').waitFor()
  await assertAccessible(there, 'the blocklists with what was blocked')

  await there.getByRole('switch', { name: 'Use the list: Harbour masters' }).click()
  await until('it is off', async () => (await stranger.call('GET', '/policy')).lists.some(({ name, enabled }) => name === 'Harbour-masters' && !enabled))
  await there.getByRole('switch', { name: 'Use the list: Harbour masters' }).click()
  await until('it is on', async () => (await stranger.call('GET', '/policy')).lists.some(({ name, enabled }) => name === 'Harbour-masters' && enabled))
  await enter(there, `/open?link=${encodeURIComponent(link)}`)
  await there.getByRole('button', { name: 'Allow it' }).click()
  await there.getByRole('heading', { name: 'Paper Harbour' }).waitFor()

  await enter(there, '/settings/blocking')
  await there.getByRole('button', { name: 'Remove the list: Harbour masters' }).click()
  await there.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await there.getByText('No list yet.').waitFor()
  await there.context().close()
})

test('what somebody blocks is neither opened, played nor published, until it is unblocked', async () => {
  const { id } = await film()
  const mine = await published('The Long Tide')
  const page = await world.page()
  await enter(page, '/settings/blocking')
  const what = page.getByLabel('Link or id of the content')
  await what.fill('nothing that is an id')
  await page.keyboard.press('Enter')
  await page.getByText('This is no link and no id. Copy all of it.').waitFor()
  await what.fill(mine.content)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: `Unblock /ipfs/${mine.content}` }).waitFor()
  await assertAccessible(page, 'the blocklists with a thing of one’s own')

  await enter(page, `/title/${id}`)
  await page.getByRole('button', { name: 'Share' }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Everybody (public)').click()
  await sheet.getByLabel('Licence: what others may do with it').selectOption('CC0-1.0')
  await sheet.getByRole('button', { name: 'Make public' }).click()
  await sheet.getByText('You have blocked this yourself').waitFor()
  await assertAccessible(page, 'the share sheet of something blocked')
  await page.keyboard.press('Escape')
  await enter(page, `/play/${id}`)
  await page.getByRole('heading', { name: 'You have blocked this yourself' }).waitFor()

  await enter(page, '/settings/blocking')
  await page.getByRole('button', { name: `Unblock /ipfs/${mine.content}` }).click()
  await until('it is unblocked', async () => (await world.daemon.call('GET', '/policy/blocked')).length === 0)
  await page.context().close()
})

test('the palette shares what it found', async () => {
  const page = await world.page()
  await enter(page, '/')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('harbour')
  await page.getByRole('option', { name: /Share “Paper Harbour”/ }).click()
  await page.getByRole('dialog').getByText('Who may have it').waitFor()
  await page.context().close()
})

test('public without a public network says so and offers one', async () => {
  const loner = await openDaemon(tributary, world.folder, undefined, ['--network', 'loopback'])
  try {
    await loner.call('PATCH', '/settings', { firstRunDone: true })
    await loner.import([world.media.mp4], 'copy', (job) => job.previewsPending === 0)
    const [{ id }] = (await loner.call('GET', '/items?kind=film')).items
    const page = await world.page({ of: loner })
    await enter(page, `/title/${id}`)
    await page.getByRole('button', { name: 'Share' }).first().click()
    const sheet = page.getByRole('dialog')
    await sheet.getByText('Everybody (public)').click()
    await sheet.getByText('This computer is in no public network').waitFor()
    await sheet.getByRole('button', { name: 'Join the BTFS network' }).waitFor()
    assert.equal(await sheet.getByRole('button', { name: 'Make public' }).isDisabled(), true)
    await assertAccessible(page, 'the share sheet without a public network')
    await page.context().close()
  } finally {
    await loner.close()
  }
})

test('addresses of one’s own to look for the network are checked and kept', async () => {
  const page = await world.page()
  await enter(page, '/settings/network')
  await page.getByRole('switch', { name: 'Use addresses of my own' }).click()
  const list = page.getByLabel('Addresses, one a line')
  await list.fill('somewhere')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText(/Address 1 is none/).waitFor()
  const address = '/ip4/192.0.2.7/tcp/4001/p2p/16Uiu2HAmSJH2tLT5fmxcYp9T6c66jbVwtJr9Xj85nus1qS1TfjFf'
  await list.fill(`${address}\n`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await until('it is kept', async () => (await world.daemon.call('GET', '/settings')).bootstrap?.[0] === address)
  await assertAccessible(page, 'the addresses of one’s own')
  await page.getByRole('switch', { name: 'Use addresses of my own' }).click()
  await until('the shipped list again', async () => (await world.daemon.call('GET', '/settings')).bootstrap === null)
  await page.context().close()
})

test('the key of a BTFS node takes the place of the home’s own, with a warning, and is forgotten by the page', async () => {
  const loner = await openDaemon(tributary, world.folder, undefined, ['--network', 'loopback'])
  try {
    await loner.call('PATCH', '/settings', { firstRunDone: true })
    const [, { words, peer }] = JSON.parse(await readFile(new URL('../vectors/identity.json', import.meta.url), 'utf8'))
    const { peerId } = await loner.call('GET', '/node/id')
    const page = await world.page({ of: loner })
    await enter(page, '/settings/network')
    await page.getByText(peerId).waitFor()
    await page.getByRole('button', { name: 'Use another key…' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByText('The key of a BTFS node is the key of its wallet, too').waitFor()
    await assertAccessible(page, 'the sheet of another key')
    const replace = sheet.getByRole('button', { name: 'Replace the key' })
    const fill = (label, text) => sheet.getByLabel(label, { exact: true }).fill(text)
    await fill('Words or key', words.replace('wave', 'wavy'))
    await fill('Password for the key that is replaced', 'rosebud rosebud')
    await fill('The same password again', 'rosebud rosebud')
    assert.equal(await replace.isDisabled(), true, 'it is not confirmed yet')
    await fill('Type “replace” to go on', 'replace')
    await replace.click()
    await sheet.getByText('Word 5 is not one of the words').waitFor()
    assert.equal((await loner.call('GET', '/node/id')).peerId, peerId)
    await fill('Words or key', words.replaceAll(' ', '\n'))
    await replace.click()
    await page.getByText('This computer has another identity now').waitFor()
    await page.getByText(peer).waitFor()
    await page.getByText(`keys/node-${peerId}.sealed`).waitFor()
    assert.equal((await loner.call('GET', '/node/id')).peerId, peer)
    await page.getByRole('button', { name: 'Use another key…' }).click()
    assert.equal(await sheet.getByLabel('Words or key', { exact: true }).inputValue(), '', 'nothing is left behind')
    await page.context().close()
  } finally {
    await loner.close()
  }
})

test('in German nothing is left in English or cut off', async () => {
  const english = /\b(the|Everybody|Public|Licence|Block|Allow|Share|Lists?|Addresses|Unblock|Show anyway)\b/
  await world.daemon.call('POST', '/policy/blocked', { what: 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn' })
  const page = await world.page({ language: 'de-DE', width: 1024, height: 700 })
  for (const path of ['/settings/blocking', '/settings/network', '/shared']) {
    await enter(page, path)
    const text = (await page.locator('main').innerText()).replaceAll('The Long Tide', '')
    assert.doesNotMatch(text, english, `German at ${path}`)
    assert.deepEqual(await cutOff(page), [], `cut off at ${path}`)
  }
  await enter(page, `/title/${(await film()).id}`)
  await page.getByRole('button', { name: 'Teilen' }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Alle (öffentlich)').click()
  await sheet.getByRole('button', { name: 'Veröffentlichen' }).click()
  assert.doesNotMatch((await sheet.innerText()).replaceAll('The Long Tide', ''), english)
  assert.deepEqual(await cutOff(page), [], 'cut off in the share sheet')
  await page.context().close()
})
