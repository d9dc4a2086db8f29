import type { UserConfig } from 'tsdown'

/** How every package is built: ESM and CommonJS with types, not minified. Source maps serve this repository only. */
export const base: UserConfig = {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20.19',
  dts: true,
  // The types of Node are in nearly all of ours. TypeScript 6 and 7 load them only where they are named: in a program of its `types`, or here.
  banner: { dts: '/// <reference types="node" />' },
  sourcemap: true,
  clean: true,
  minify: false,
  logLevel: 'silent'
}
