import type { UserConfig } from 'tsdown'

/** What every package ships: ESM and CommonJS, types for both, readable code with source maps. */
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
