// Previews (320 WebP + 1440 JPEG) of 12-24 MP photos: CPU a photo against sharp and vipsthumbnail, and how
// close the pictures are to a careful full-size Lanczos reduction (SSIM by ffmpeg).

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoMedia } from '../demo-media.mjs'
import { timed } from '../lib/process.mjs'
import { judge, median, round } from './report.mjs'

const PHOTOS = 12
const SSIM_TOLERANCE = 0.005

const sharpScript = `
import sharp from 'sharp'
import { readdirSync } from 'node:fs'
import { join, parse } from 'node:path'
const [input, output] = process.argv.slice(2)
sharp.concurrency(1)
sharp.cache(false)
for (const name of readdirSync(input)) {
  const bytes = join(input, name), stem = join(output, parse(name).name)
  const large = sharp(bytes).rotate().resize({ width: 1440, height: 1440, fit: 'inside', kernel: 'lanczos3' })
  await Promise.all([
    large.clone().jpeg({ quality: 80 }).toFile(stem + '-1440.jpg'),
    sharp(bytes).rotate().resize({ width: 320, height: 320, fit: 'inside', kernel: 'lanczos3' }).webp({ quality: 80 }).toFile(stem + '-320.webp'),
  ])
}
`

/** Landscapes with grain, edges and gradients, 12 to 24 MP, drawn from a seed. */
function photos(context) {
  const folder = join(context.cache, 'photos-12-24mp')
  if (existsSync(folder) && readdirSync(folder).length === PHOTOS) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  context.log('Drawing the photos of the preview rows (once)')
  ;['5400x4000', '5600x4200'].forEach((size, i) => {
    const drawn = join(context.work, `drawn-${i}`)
    demoMedia(context.root, [drawn, '--photos', String(PHOTOS / 2), '--films', '0', '--size', size, '--seed', String(21 + i)])
    for (const name of readdirSync(join(drawn, 'photos'))) renameSync(join(drawn, 'photos', name), join(folder, `${i}-${name}`))
  })
  return folder
}

function ssim(picture, reference) {
  const log = execFileSync('bash', ['-c', 'ffmpeg -hide_banner -i "$1" -i "$2" -lavfi "[0][1]scale2ref[a][b];[a][b]ssim" -f null - 2>&1 | tail -n 3', 'bash', picture, reference], { encoding: 'utf8' })
  return Number(/All:([0-9.]+)/.exec(log)[1])
}

function meanSsim(context, input, output) {
  const reference = join(context.work, 'reference.png')
  const values = readdirSync(input).slice(0, 6).flatMap((name) => {
    const stem = name.replace('.jpg', '')
    return [[1440, 'jpg'], [320, 'webp']].map(([size, extension]) => {
      execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(input, name), '-vf', `scale=${size}:${size}:force_original_aspect_ratio=decrease:flags=lanczos+accurate_rnd+full_chroma_int`, reference])
      return ssim(join(output, `${stem}-${size}.${extension}`), reference)
    })
  })
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

async function prepared(context) {
  const input = photos(context)
  const peer = context.npmPeer('sharp', '0.35.5')
  writeFileSync(join(peer, 'previews.mjs'), sharpScript)
  const folder = (name) => {
    const path = join(context.work, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  return {
    input,
    ours: () => timed(context.example('preview_bench'), [input, folder('ours')]),
    sharp: () => timed('node', [join(peer, 'previews.mjs'), input, folder('sharp')]),
    vips: () => timed('bash', ['-c', 'for f in "$1"/*.jpg; do s=$(basename "$f" .jpg); vipsthumbnail "$f" --size 1440x1440 -o "$2/$s-1440.jpg[Q=80]"; vipsthumbnail "$f" --size 320x320 -o "$2/$s-320.webp[Q=80]"; done', 'bash', input, folder('vips')]),
    folder,
  }
}

const perPhoto = (runs) => `${round((median(runs) / PHOTOS) * 1000, 0)} ms CPU/photo`

function against(peerName, bar) {
  return async (context) => {
    const commands = await prepared(context)
    const ours = []
    const peer = []
    for (let pair = 0; pair < context.pairs; pair++) {
      peer.push((await commands[peerName]()).cpu)
      ours.push((await commands.ours()).cpu)
    }
    return { ours: perPhoto(ours), peer: perPhoto(peer), engine: `${peerName}, the same sizes and formats, one thread`, ...judge(ours.map((cpu, i) => cpu / peer[i]), bar, 'lower') }
  }
}

async function likeness(context) {
  const commands = await prepared(context)
  await commands.ours()
  await commands.sharp()
  const ours = meanSsim(context, commands.input, commands.folder('ours'))
  const peer = meanSsim(context, commands.input, commands.folder('sharp'))
  return { ours: round(ours, 4), peer: round(peer, 4), ratio: round(ours - peer, 4), n: 12, engine: 'SSIM to a full-size Lanczos reduction by ffmpeg, ours minus sharp', ok: ours >= peer - SSIM_TOLERANCE }
}

export const previews = [
  { work: 'previews of 12-24 MP JPEGs, against sharp', kind: 'ratio', bar: '<= 0.8', run: against('sharp', 0.8) },
  { work: 'previews of 12-24 MP JPEGs, against vipsthumbnail', kind: 'ratio', bar: '<= 0.3', run: against('vips', 0.3) },
  { work: 'previews: likeness (SSIM) against sharp', kind: 'absolute', bar: '>= -0.005', run: likeness },
]
