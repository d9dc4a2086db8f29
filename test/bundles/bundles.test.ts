import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from '../e2e/arrivals.ts'
import { packTo } from '../tarballs.mjs'
import { BUNDLERS, OUTSIDE, webpackOf, withThread } from './build.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const LINES = 100
const THREAD_MISSING = /^\[dis-logs\] WORKER: [^\n]*(missing|bundle)[^\n]*\n$/

let folder: string
let dis: LocalDis
/** Paths of the built applications, by bundler and arrangement. */
const built = new Map<string, string>()

// What was installed for a bundle that stands alone is deleted: webpack writes paths of it into the bundle.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dis-logs-bundles-'))
  const [source, project] = [join(folder, 'source'), join(folder, 'project')]
  await installFromTarballs(source)
  await cp(source, project, { recursive: true })
  for (const [name, bundler] of Object.entries(BUNDLERS)) {
    await build(name, join(folder, name), (to) => bundler({ from: source, to }))
    await build(`${name}, outside`, join(project, name), (to) =>
      bundler({ from: project, to, external: OUTSIDE })
    )
  }
  await build('with its thread', join(folder, 'thread'), (to) => withThread({ from: source, to }))
  await build('in place', join(project, 'in place'), (to) => webpackOf({ from: project, to }))
  await rm(source, { recursive: true })
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }] })
})

afterEach(() => dis.close())

describe.each(Object.keys(BUNDLERS))(
  '%s: the whole application in one file, alone in a folder',
  (bundler) => {
    it.each(['winston', 'winston, not ended'])(
      '%s: the producer runs in the process at once, a warning says what to do, no line is lost',
      async (way) => {
        const { stderr, arrived, told } = await start(bundler, way)
        expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
        expect(stderr).toMatch(THREAD_MISSING)
        expect(stderr).toContain('worker: false')
        if (way === 'winston') expect(told).toEqual({ written: LINES, delivered: LINES, dropped: 0 })
      }
    )

    it('winston with worker: false: the same without a warning', async () => {
      const { stderr, arrived } = await start(bundler, 'winston', { worker: false })
      expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
      expect(stderr).toBe('')
    })

    it.each(['pino stream', 'core'])('%s needs no recipe', async (way) => {
      const { stderr, arrived, told } = await start(bundler, way)
      expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
      expect(told).toEqual({ written: LINES, delivered: LINES, dropped: 0 })
      expect(stderr).toBe('')
    })

    it('compression stays optional: a missing package is named, and nothing else needs it', async () => {
      const failed = await start(bundler, 'core', { wire: { compression: 'lz4' } }).catch((error) => error)
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('npm install lz4-napi') })
    })
  }
)

describe.each(Object.keys(BUNDLERS))('%s: the transports stay outside the bundle', (bundler) => {
  it.each(['winston', 'pino worker'])('%s runs in its worker', async (way) => {
    const { stderr, arrived } = await start(`${bundler}, outside`, way)
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    expect(stderr).toBe('')
  })
})

describe('esbuild: the files of the threads are bundled beside the application', () => {
  it.each(['winston', 'pino worker'])('%s runs in its worker', async (way) => {
    const { stderr, arrived } = await start('with its thread', way)
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    expect(stderr).toBe('')
  })
})

describe('webpack: the bundle runs where it was built, so some files of the thread are found, and one is not', () => {
  it.each(['winston', 'winston, not ended'])('%s: no line is lost, and a warning says so', async (way) => {
    const { stderr, arrived } = await start('in place', way)
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    expect(stderr).toMatch(/^\[dis-logs\] WORKER: [^\n]*\n$/)
    expect(stderr).toContain('worker: false')
  })
})

describe('the package for compression is installed beside the bundle, and the process started elsewhere', () => {
  it.each([
    ...Object.keys(BUNDLERS).map((bundler) => [bundler, 'core'] as const),
    ['with its thread', 'winston'] as const
  ])('%s, %s: it is found', async (name, way) => {
    const modules = join(dirname(built.get(name) ?? ''), 'node_modules')
    await mkdir(modules)
    await symlink(await realpath(join(root, 'node_modules/lz4-napi')), join(modules, 'lz4-napi'))
    const { stderr, arrived } = await start(name, way, { wire: { compression: 'lz4' } })
    await rm(modules, { recursive: true })
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    expect(stderr).toBe('')
  })
})

describe('a process whose permissions forbid threads', () => {
  it('winston: the producer runs in the process at once, a warning says why, no line is lost', async () => {
    const flags = ['--experimental-permission', '--allow-fs-read=*', '--allow-fs-write=*']
    if (process.allowedNodeEnvironmentFlags.has('--allow-net')) flags.push('--allow-net')
    const { stderr, arrived, told } = await start('webpack, outside', 'winston', {}, flags)
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    expect(told).toEqual({ written: LINES, delivered: LINES, dropped: 0 })
    expect(stderr.match(/^\[dis-logs\] WORKER: .*$/gm)).toEqual([expect.stringContaining('restricted')])
  })
})

async function build(name: string, to: string, bundle: (to: string) => Promise<string>): Promise<void> {
  await mkdir(to)
  built.set(name, join(to, await bundle(to)))
}

/** Runs an application to its end. Rejects if its status is not 0. */
async function start(name: string, way: string, options: object = {}, flags: readonly string[] = []) {
  const path = built.get(name) ?? ''
  const args = [...flags, path, way, String(LINES), JSON.stringify({ ...optionsFor(dis), ...options })]
  const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, timeout: 20_000 })
  const told: unknown = stdout === '' ? undefined : JSON.parse(stdout)
  return { stderr, told, arrived: await arrivals(dis) }
}

/** What a user installs, without links: bundlers write real paths into a bundle. */
async function installFromTarballs(source: string): Promise<void> {
  const tarballs = (await packTo(source, ['core', 'pino', 'winston'])).values()
  await writeFile(join(source, 'package.json'), '{"private":true}')
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', [...npm, ...tarballs, 'pino@10', 'winston@3'], { cwd: source })
  await copyFile(join(import.meta.dirname, 'app.mjs'), join(source, 'app.mjs'))
}
