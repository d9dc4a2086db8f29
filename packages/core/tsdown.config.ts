import { defineConfig } from 'tsdown'
import { base } from '../../tsdown.base.ts'

const entry = {
  index: 'src/index.ts',
  otel: 'src/otel.ts',
  prometheus: 'src/prometheus.ts',
  reader: 'src/reader.ts',
  testing: 'src/testing.ts',
  worker: 'src/worker.ts'
}

export default defineConfig([
  { ...base, entry, format: ['esm'] },
  {
    ...base,
    // The producer's thread is loaded by path from either form of the entry, so it is there in one form only: the one that loads faster.
    entry: { ...entry, 'worker-thread': 'src/worker/worker-thread.ts' },
    format: ['cjs'],
    clean: false,
    // A dynamic import becomes a require: without flags Jest knows no import in CommonJS.
    outputOptions: { dynamicImportInCjs: false }
  }
])
