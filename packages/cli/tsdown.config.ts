import { defineConfig } from 'tsdown'
import { base } from '../../tsdown.base.ts'

export default defineConfig([
  { ...base, format: ['esm'] },
  // What the command starts is loaded by path, so it is there in one form only: the one that loads faster.
  { ...base, entry: ['src/index.ts', 'src/main.ts'], format: ['cjs'], clean: false }
])
