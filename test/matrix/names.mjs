// All that `pnpm matrix` tries, in the order of the table in docs/runtimes.md.
import { NEXT } from './next.mjs'
import { PEER_NAMES } from './peers.mjs'
import { RUNTIME_NAMES } from './runtimes.mjs'
import { TYPES_NAMES } from './types.mjs'

export const NAMES = [...RUNTIME_NAMES, ...PEER_NAMES, ...TYPES_NAMES, NEXT]
