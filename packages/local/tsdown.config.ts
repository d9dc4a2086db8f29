import { defineConfig } from 'tsdown'
import { base } from '../../tsdown.base.ts'

export default defineConfig([
  base,
  // The server's thread: loaded by path from either form of the entry, so in one form only, and all in one file.
  { ...base, entry: ['src/thread.ts'], format: ['esm'], dts: false, clean: false }
])
