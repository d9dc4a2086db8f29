import { copyFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  outdir: 'release',
  // It is how the packages notice that they are in a bundle.
  logOverride: { 'empty-import-meta': 'silent' }
}

// The files of the threads belong to packages that winston-dis depends on, so they are searched from there.
const app = createRequire(import.meta.url)
const core = createRequire(app.resolve('winston-dis')).resolve('@dis-logs/core/worker')
await build({
  ...options,
  entryPoints: {
    app: 'app.js',
    'pino-dis': app.resolve('pino-dis'),
    'dis-logs-worker': join(dirname(core), 'worker-thread.cjs'),
    'thread-stream-worker': createRequire(core).resolve('thread-stream/lib/worker.js')
  }
})
await copyFile('start.cjs', 'release/start.cjs')

// Without threads one file is all.
await build({ ...options, entryPoints: ['direct.js'] })
