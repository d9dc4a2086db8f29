import type { UserConfig } from 'tsdown'

/** How every package is built: ESM and CommonJS with types, not minified. Source maps serve this repository only. */
export const base: UserConfig = {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20.19',
  dts: true,
  sourcemap: true,
  clean: true,
  minify: false,
  logLevel: 'silent'
}
