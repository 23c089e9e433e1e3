// `node scripts/ui.mjs`: builds the interface when it is not up to date. Tauri's
// bundler calls it too.

import { buildUi } from './lib/ui.mjs'

buildUi()
