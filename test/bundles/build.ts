/** The application of app.mjs in one file, as bundlers make it from an installed folder. */
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import webpack from 'webpack'

/** Packages that stay outside: the simplest recipe of docs/bundling.md. */
export const OUTSIDE = ['pino', 'pino-dis', 'winston-dis']

interface Build {
  /** An installed folder, which holds app.mjs. */
  readonly from: string
  readonly to: string
  readonly external?: readonly string[]
}

/** A bundler: writes a file into the folder and gives its name. */
export type Bundler = (build: Build) => Promise<string>

const common = ({ from, external = [] }: Build) =>
  ({
    absWorkingDir: from,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
    external: [...external]
  }) as const satisfies esbuild.BuildOptions

export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  'esbuild, CommonJS': async (build) => {
    const outfile = join(build.to, 'bundle.cjs')
    await esbuild.build({ ...common(build), entryPoints: ['app.mjs'], format: 'cjs', minify: true, outfile })
    return 'bundle.cjs'
  },
  'esbuild, ESM': async (build) => {
    const outfile = join(build.to, 'bundle.mjs')
    // pino and winston are CommonJS, which needs a require of its own in a module: esbuild's documentation says so.
    const js = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);"
    await esbuild.build({
      ...common(build),
      entryPoints: ['app.mjs'],
      format: 'esm',
      banner: { js },
      outfile
    })
    return 'bundle.mjs'
  },
  webpack: (build) => webpackOf(build)
}

export const webpackOf: Bundler = async ({ from, to, external = [] }) => {
  const compiler = webpack({
    context: from,
    entry: './app.mjs',
    mode: 'production',
    // Minimizing takes 9 of 12 s, and esbuild's bundle is minimized.
    optimization: { minimize: false },
    target: 'node20',
    output: { path: to, filename: 'bundle.cjs' },
    externals: Object.fromEntries(external.map((name) => [name, `commonjs ${name}`])),
    externalsPresets: { node: true }
  })
  const stats = await promisify(compiler.run.bind(compiler))()
  await promisify(compiler.close.bind(compiler))()
  if (stats === undefined || stats.hasErrors()) throw new Error(stats?.toString('errors-only'))
  return 'bundle.cjs'
}

/** The second recipe of docs/bundling.md: the files of the threads are bundled as well, and the application says where they are. */
export const withThread: Bundler = async (build) => {
  const app = createRequire(join(build.from, 'app.mjs'))
  const core = createRequire(app.resolve('winston-dis')).resolve('@dis-logs/core/worker')
  await esbuild.build({
    ...common(build),
    entryPoints: {
      bundle: 'app.mjs',
      'pino-dis': app.resolve('pino-dis'),
      'dis-logs-worker': join(dirname(core), 'worker-thread.cjs'),
      'thread-stream-worker': createRequire(core).resolve('thread-stream/lib/worker.js')
    },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    outdir: build.to
  })
  await writeFile(
    join(build.to, 'start.cjs'),
    `const { join } = require('node:path')
globalThis.__bundlerPathsOverrides = {
  'pino-dis': join(__dirname, 'pino-dis.cjs'),
  'dis-logs-worker': join(__dirname, 'dis-logs-worker.cjs'),
  'thread-stream-worker': join(__dirname, 'thread-stream-worker.cjs')
}
require('./bundle.cjs')
`
  )
  return 'start.cjs'
}
