// A home's worth of demo media in folders as people keep them: films with posters, captions and chapters,
// a series, outings with photos and clips, a record, and a song without a cover.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoMedia } from '../demo-media.mjs'
import { root } from './paths.mjs'

/** How the photos fall on days: outings with many, days with one or two. */
const outings = [
  ['2025:06:14', 14], ['2025:06:12', 9], ['2025:06:03', 2], ['2025:05:25', 3], ['2025:05:24', 1], ['2025:05:11', 2],
  ['2025:03:30', 6], ['2024:12:24', 5], ['2024:12:21', 1], ['2024:10:05', 8], ['2024:08:17', 7], ['2024:06:09', 2],
  ['2024:02:11', 4], ['2023:09:02', 6], ['2023:07:15', 2],
]
const photoCount = outings.reduce((sum, [, count]) => sum + count, 0)

const lines = ['We left before the light did.', 'The harbour was still asleep.', 'Somebody had kept the lamps burning.', 'And the tide came in, as it always had.']
const zeilen = ['Wir gingen vor dem Licht.', 'Der Hafen schlief noch.', 'Jemand hatte die Lampen brennen lassen.', 'Und die Flut kam, wie immer.']

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args])

/** Changes when what is drawn changes, so that an old collection is not taken for a new one. */
const VERSION = 2
const folders = ['Films', 'Series', 'Photos', 'Music']

/** Draws the collection, once for a machine, and returns the folders to import. */
export function drawCollection() {
  const place = join(tmpdir(), `tributary-collection-v${VERSION}`)
  if (!existsSync(place)) {
    const partial = mkdtempSync(`${place}-`)
    draw(partial)
    renameSync(partial, place)
  }
  return folders.map((name) => join(place, name))
}

function draw(folder) {
  const drawn = join(folder, 'drawn')
  demoMedia(root, [drawn, '--photos', String(photoCount), '--films', '10', '--seconds', '24', '--size', '1500x1000'])
  const names = readdirSync(join(drawn, 'films')).sort((a, b) => year(a) - year(b))
  films(join(drawn, 'films'), names.slice(0, 8), join(folder, 'Films'))
  series(join(drawn, 'films', names[8]), join(folder, 'Series'))
  photos(join(drawn, 'photos'), join(folder, 'Photos'))
  clips(join(drawn, 'films', names[9]), join(folder, 'Photos'))
  music(join(drawn, 'films', names[9], 'poster.jpg'), join(folder, 'Music'))
  rmSync(drawn, { recursive: true })
}

const year = (name) => Number(name.match(/\((\d+)\)/)[1])
const titleOf = (name) => name.replace(/ \(\d+\)$/, '')

function films(from, names, to) {
  for (const [index, name] of names.entries()) {
    const title = titleOf(name)
    const folder = join(to, name)
    mkdirSync(folder, { recursive: true })
    renameSync(join(from, name, 'poster.jpg'), join(folder, 'poster.jpg'))
    const turns = 11 + ((index * 7) % 9)
    const chapters = join(from, 'chapters.txt')
    writeFileSync(chapters, `;FFMETADATA1\ntitle=${title}\n${['Before dawn', 'The crossing', 'Landfall'].map((chapter, at) => `[CHAPTER]\nTIMEBASE=1/1\nSTART=${at * turns * 8}\nEND=${(at + 1) * turns * 8}\ntitle=${chapter}\n`).join('')}`)
    ffmpeg('-stream_loop', String(turns - 1), '-i', join(from, name, `${title}.mp4`), '-i', chapters, '-map', '0', '-map_metadata', '1', '-map_chapters', '1', '-c', 'copy', '-movflags', '+faststart', join(folder, `${name}.mp4`))
    writeFileSync(join(folder, `${name}.en.srt`), subtitles(lines))
    writeFileSync(join(folder, `${name}.de.srt`), subtitles(zeilen))
  }
}

function subtitles(words) {
  const stamp = (seconds) => `00:00:${String(seconds).padStart(2, '0')},000`
  return words.map((line, at) => `${at + 1}\n${stamp(1 + at * 12)} --> ${stamp(11 + at * 12)}\n${line}\n`).join('\n')
}

function series(from, to) {
  const show = titleOf(from.split('/').at(-1))
  const folder = join(to, show)
  for (const [season, titles] of [['Low Water', 'The Weir', 'Nine Bridges'], ['Kestrel', 'Undertow']].entries()) {
    const place = join(folder, `Season ${season + 1}`)
    mkdirSync(place, { recursive: true })
    for (const [index, title] of titles.entries()) {
      const number = `S0${season + 1}E0${index + 1}`
      // Each begins elsewhere in the picture, so no two are the same.
      ffmpeg('-ss', String(season * 9 + index * 3), '-stream_loop', '7', '-i', join(from, `${show}.mp4`), '-t', String(95 + index * 22), '-c', 'copy', '-map_metadata', '-1', join(place, `${show} ${number} ${title}.mp4`))
    }
  }
  renameSync(join(from, 'poster.jpg'), join(folder, 'poster.jpg'))
}

function photos(from, to) {
  const files = readdirSync(from).sort()
  for (const [day, count] of outings) {
    const folder = join(to, day.slice(0, 4))
    mkdirSync(folder, { recursive: true })
    for (let index = 0; index < count; index += 1) {
      const name = files.shift()
      const hour = String(8 + Math.floor((index * 11) / count)).padStart(2, '0')
      writeFileSync(join(folder, name), takenAt(readFileSync(join(from, name)), `${day} ${hour}:${String((index * 17) % 60).padStart(2, '0')}:09`))
    }
  }
}

/** The same picture with another time in its EXIF. */
function takenAt(picture, time) {
  const at = picture.toString('latin1', 0, 4096).search(/\d{4}:\d\d:\d\d \d\d:\d\d:\d\d/)
  if (at < 0) throw new Error('the drawn photo has no time')
  picture.write(time, at, 'latin1')
  return picture
}

function clips(from, to) {
  const title = titleOf(from.split('/').at(-1))
  for (const [index, time] of ['2025-06-14T17:40:00', '2025-06-12T11:05:00', '2024-08-16T20:31:00'].entries())
    ffmpeg('-ss', String(index * 6), '-i', join(from, `${title}.mp4`), '-t', String(9 + index * 4), '-c', 'copy', '-map_metadata', '-1', '-metadata', `creation_time=${time}Z`, join(to, time.slice(0, 4), `MOV_04${17 + index}.mp4`))
}

/** Tones with tags; the record has a cover, the single has none. */
function music(poster, to) {
  const record = join(to, 'The Weir', 'Upstream')
  const single = join(to, 'Mira Holt')
  mkdirSync(record, { recursive: true })
  mkdirSync(single, { recursive: true })
  const cover = join(to, 'cover.jpg')
  ffmpeg('-i', poster, '-vf', 'crop=860:860:70:10,scale=600:600', cover)
  const tone = (hertz, seconds, wobble) => ['-f', 'lavfi', '-i', `sine=frequency=${hertz}:duration=${seconds},tremolo=f=${wobble}:d=0.8,afade=in:d=2,afade=out:st=${seconds - 3}:d=3`]
  for (const [index, title] of ['Source', 'Meander', 'Confluence', 'Oxbow', 'Delta'].entries())
    ffmpeg(...tone(220 * (1 + index / 4), 150 + index * 23, 0.2 + index / 5), '-i', cover, '-map', '0', '-map', '1', '-disposition:v', 'attached_pic',
      '-metadata', `title=${title}`, '-metadata', 'artist=The Weir', '-metadata', 'album=Upstream', '-metadata', `track=${index + 1}`, '-metadata', 'date=2024', join(record, `0${index + 1} ${title}.flac`))
  for (const [index, title] of ['Night Ferry', 'Paper Boats'].entries())
    ffmpeg(...tone(247 + index * 60, 171 + index * 40, 0.4), '-metadata', `title=${title}`, '-metadata', 'artist=Mira Holt', '-metadata', 'album=Night Ferry', '-metadata', `track=${index + 1}`, '-metadata', 'date=2025', join(single, `0${index + 1} ${title}.flac`))
  rmSync(cover)
}
