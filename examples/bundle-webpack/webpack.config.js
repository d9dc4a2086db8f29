import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

// The files of the threads belong to packages that winston-dis depends on, so they are searched from there.
const app = createRequire(import.meta.url)
const core = createRequire(app.resolve('winston-dis')).resolve('@dis-logs/core/worker')

export default {
  mode: 'production',
  target: 'node20',
  entry: {
    app: './app.js',
    // pino's thread loads this one, and takes what it exports.
    'pino-dis': { import: app.resolve('pino-dis'), library: { type: 'commonjs2' } },
    'dis-logs-worker': { import: join(dirname(core), 'worker-thread.cjs'), library: { type: 'commonjs2' } },
    'thread-stream-worker': createRequire(core).resolve('thread-stream/lib/worker.js'),
    // Without threads one file is all.
    direct: './direct.js'
  },
  output: { path: join(import.meta.dirname, 'release'), filename: '[name].cjs' },
  // Faster to build, and stacks that can be read. It works minimized, too.
  optimization: { minimize: false },
  plugins: [
    (compiler) =>
      compiler.hooks.done.tap('start', () => copyFileSync('start.cjs', join('release', 'start.cjs')))
  ]
}
