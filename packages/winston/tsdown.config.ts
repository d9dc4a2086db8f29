import { defineConfig } from 'tsdown'
import { base } from '../../tsdown.base.ts'

export default defineConfig([
  base,
  // The producer's thread: loaded by path from either form of the entry, so in one form only.
  { ...base, entry: ['src/worker.ts'], format: ['esm'], dts: false, clean: false }
])
