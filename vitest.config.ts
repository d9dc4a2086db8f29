import { defineConfig } from 'vitest/config'

/** What runs straight from the sources. A test that imports a package as a user would stands elsewhere, for example in e2e. */
const FROM_SOURCE = [
  'test/*.test.ts',
  'test/soak/*.test.ts',
  'test/{bench,core,docs,interop,local,property,secrets,simulation,supply,winston}/**/*.test.ts'
]
/** From the sources too, but for minutes: every failure of a disk and every moment of a crash, one after another. */
const EXHAUSTIVE = ['test/core/spool/{failing-disk,crash-states}.test.ts']

/** Makes an import of a built package an error, also where it happens to be built: it may be older than the sources. */
const fromSource = {
  name: 'from-source',
  enforce: 'pre' as const,
  resolveId(source: string) {
    if (/^(@dis-logs\/|(pino|winston)-dis($|\/))/.test(source))
      throw new Error(`${source} has to be built, and a unit test needs no build: see vitest.config.ts`)
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores: more workers only make the timing of real child processes worse.
    maxWorkers: 2,
    // For a machine that is three times as slow as ours; nothing here measures by a timeout.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    reporters: process.env['CI'] ? ['default', 'json'] : ['default'],
    outputFile: { json: 'test-results/vitest.json' },
    // One group after another: a mistake in the sources shows within seconds. All that takes minutes is one group, so that no core waits
    // for the last file of a small one.
    projects: [
      {
        extends: true,
        plugins: [fromSource],
        test: {
          name: 'unit',
          include: FROM_SOURCE,
          exclude: EXHAUSTIVE,
          // Half of the time of these tests was loading the same modules for each file again.
          isolate: false,
          sequence: { groupOrder: 0 }
        }
      },
      {
        extends: true,
        plugins: [fromSource],
        test: { name: 'exhaustive', include: EXHAUSTIVE, sequence: { groupOrder: 1 } }
      },
      {
        extends: true,
        test: {
          name: 'built',
          include: ['test/**/*.test.ts'],
          // A folder of tests that is a package of its own has its dependencies, with their tests.
          exclude: [...FROM_SOURCE, 'test/examples/**', '**/node_modules/**'],
          sequence: { groupOrder: 1 }
        }
      },
      {
        extends: true,
        test: {
          name: 'examples',
          include: ['test/examples/*.test.ts'],
          globalSetup: 'test/examples/install.ts',
          sequence: { groupOrder: 1 }
        }
      }
    ]
  }
})
