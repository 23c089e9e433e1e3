// Makes the sizes that the package needs from icon.svg, with Tauri's own tool, and
// leaves out what other platforms would want.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const made = mkdtempSync(join(tmpdir(), 'tributary-icons-'))
try {
  execFileSync('npx', ['tauri', 'icon', join(here, 'icon.svg'), '--output', made], { stdio: 'inherit' })
  for (const name of ['32x32.png', '128x128.png', '128x128@2x.png', 'icon.png', 'icon.icns', 'icon.ico']) {
    copyFileSync(join(made, name), join(here, name))
  }
} finally {
  rmSync(made, { recursive: true, force: true })
}
