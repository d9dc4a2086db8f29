import { defineConfig } from 'tsdown'
import { base } from '../../tsdown.base.ts'

// A default export for pino, named ones for people: `require` gives both, as properties.
export default defineConfig({ ...base, outputOptions: { exports: 'named' } })
