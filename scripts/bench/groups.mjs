// The groups of rows. A group is an array of { work, kind: ratio|absolute|memory, bar, run(context) }.

import { dht } from './dht.mjs'
import { exchange } from './exchange.mjs'
import { helia } from './helia.mjs'
import { imports } from './imports.mjs'
import { playing } from './playing.mjs'
import { previews } from './previews.mjs'
import { reading } from './reading.mjs'
import { sharing } from './sharing.mjs'
import { startup } from './startup.mjs'
import { gcMark } from './gc.mjs'

export const groups = {
  foundation: [...imports, ...reading, ...gcMark, ...previews, ...startup],
  btfs: [...exchange, ...dht, ...sharing, ...playing, ...helia],
}
