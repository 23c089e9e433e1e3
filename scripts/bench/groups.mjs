// The groups of rows. A group is an array of { work, kind: ratio|absolute|memory, bar, run(context) }.

import { imports } from './imports.mjs'
import { previews } from './previews.mjs'
import { reading } from './reading.mjs'
import { startup } from './startup.mjs'
import { gcMark } from './gc.mjs'

export const groups = {
  foundation: [...imports, ...reading, ...gcMark, ...previews, ...startup],
}
