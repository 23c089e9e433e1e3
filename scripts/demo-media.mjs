// Makes the demo media (photos with EXIF, posters, films with a timecode) for screenshots, benches and trials.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const packages = ['python3-numpy', 'python3-pil', 'python3-piexif', 'fonts-dejavu-core', 'ffmpeg']

/** Runs the generator with its own arguments (see its header), installing what it needs first. */
export function demoMedia(root, args) {
  const ready = () => {
    try {
      execFileSync('dpkg-query', ['-W', ...packages], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
  if (!ready()) execFileSync('apt-get', ['install', '-y', '-qq', ...packages], { stdio: 'ignore' })
  execFileSync('/usr/bin/python3', [join(root, 'tests/fixtures/demo-media/make.py'), ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
}
