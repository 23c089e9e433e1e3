// Draws the app icon: the tributary mark (two streams joining into one) on a
// night-blue tile. It writes icon.svg, the one source of every icon; `npm run
// icons` then makes the sizes with Tauri's own tool. Coordinates are in a
// 1024 grid: the tile fills 832 of it, so that docks can cast their shadow.
import { writeFileSync } from 'node:fs'

const tile = { x: 96, y: 96, size: 832, radius: 188 }

// Each stream is a filled ribbon, wide where it is new and calm where it joins,
// drawn as a stroke of one width so that it stays crisp at 16 px.
const west = 'M316 262 C316 520 512 470 512 790'
const east = 'M708 262 C708 520 512 470 512 790'

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024" width="1024" height="1024">
  <defs>
    <linearGradient id="tile" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#163a46"/>
      <stop offset="1" stop-color="#0a1419"/>
    </linearGradient>
    <linearGradient id="west" gradientUnits="userSpaceOnUse" x1="316" y1="262" x2="512" y2="790">
      <stop offset="0" stop-color="#9ff0ea"/>
      <stop offset="1" stop-color="#33bcc0"/>
    </linearGradient>
    <linearGradient id="east" gradientUnits="userSpaceOnUse" x1="708" y1="262" x2="512" y2="790">
      <stop offset="0" stop-color="#2f8fae"/>
      <stop offset="1" stop-color="#33bcc0"/>
    </linearGradient>
    <linearGradient id="edge" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#ffffff" stop-opacity="0.22"/>
      <stop offset="0.4" stop-color="#ffffff" stop-opacity="0"/>
    </linearGradient>
  </defs>
  <rect x="${tile.x}" y="${tile.y}" width="${tile.size}" height="${tile.size}" rx="${tile.radius}" fill="url(#tile)"/>
  <rect x="${tile.x + 3}" y="${tile.y + 3}" width="${tile.size - 6}" height="${tile.size - 6}" rx="${tile.radius - 3}" fill="none" stroke="url(#edge)" stroke-width="6"/>
  <g fill="none" stroke-width="96" stroke-linecap="round">
    <path d="${east}" stroke="url(#east)"/>
    <path d="${west}" stroke="url(#west)"/>
  </g>
</svg>
`
writeFileSync(new URL('icon.svg', import.meta.url), svg)
