// The fixtures themselves: a timecode that reads back wrong would let a broken player pass.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { realMedia } from '../fixtures/media.mjs'
import { readPng } from '../fixtures/picture.mjs'
import { MAX_SECONDS, drawFrame, readSecond } from '../fixtures/timecode.mjs'

const rgb24 = (bytes, width, height) => ({
  width,
  height,
  rgb: (x, y) => [...bytes.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)],
})

test('every second reads back from its frame', () => {
  for (let second = 0; second < MAX_SECONDS; second += 1) {
    assert.equal(readSecond(rgb24(drawFrame(160, 90, second, second), 160, 90)), second)
  }
})

test('a picture without the band has no second', () => {
  assert.equal(readSecond(rgb24(Buffer.alloc(160 * 90 * 3, 128), 160, 90)), null)
})

test('the second reads back after both codecs, at the right time', async () => {
  const media = await realMedia()
  const folder = mkdtempSync(join(tmpdir(), 'tributary-frames-'))
  try {
    for (const [film, at] of [[media.mp4, 13.5], [media.webm, 17.5]]) {
      const frame = join(folder, 'frame.png')
      execFileSync('ffmpeg', ['-v', 'error', '-y', '-ss', String(at), '-i', film, '-frames:v', '1', '-pix_fmt', 'rgb24', frame])
      assert.equal(readSecond(readPng(frame)), Math.floor(at), film)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
