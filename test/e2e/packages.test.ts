import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InstalledPackages, installPacked } from './packed.ts'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

/** What a user gets from each package, by its name. */
const SURFACE: Readonly<Record<string, readonly string[]>> = {
  '@dis-logs/core': [
    'DisConfigError',
    'DisCredentialsError',
    'DisError',
    'DisRequestError',
    'channels',
    'createClient',
    'createProducer',
    'createRoutedProducer',
    'cureOf',
    'forwardEvents',
    'inspectConfiguration',
    'inspectSpool',
    'offerChannels',
    'printable',
    'relayChannels',
    'relayChannelsNow',
    'renderCure',
    'textOf',
    'validateOptions'
  ],
  '@dis-logs/core/testing': [
    'ManualClock',
    'MemoryDisk',
    'ScriptedTransport',
    'afterKill',
    'afterPowerLoss',
    'assembleProducer',
    'stored',
    'throttled'
  ],
  '@dis-logs/core/otel': ['instrument'],
  '@dis-logs/core/prometheus': ['collectMetrics'],
  '@dis-logs/core/reader': ['linesOf', 'readStream'],
  '@dis-logs/core/worker': ['createWorkerProducer'],
  'pino-dis': ['default', 'disOptions', 'disStream', 'flushOf', 'relayChannels', 'statsOf'],
  'winston-dis': ['DisTransport'],
  '@dis-logs/local': ['LocalDisOptionError', 'createLocalDis'],
  '@dis-logs/cli': ['run']
}

describe('packed tarballs in an empty folder', () => {
  let installed: InstalledPackages
  let folder: string

  beforeAll(async () => {
    installed = await installPacked(['core', 'pino', 'winston', 'local', 'cli'], ['pino@10', 'winston@3'])
    folder = installed.folder
  }, 240_000)

  afterAll(() => installed?.remove())

  it.each(Object.entries(SURFACE))(
    '%s: require and import give exactly the public names',
    async (name, names) => {
      const print =
        'process.stdout.write(JSON.stringify(Object.keys(m).filter((k) => k !== "__esModule" && k !== "module.exports").sort()))'
      const required = await run(process.execPath, ['-e', `const m = require('${name}'); ${print}`], {
        cwd: folder
      })
      const imported = await run(
        process.execPath,
        ['--input-type=module', '-e', `import * as m from '${name}'; ${print}`],
        {
          cwd: folder
        }
      )
      expect(JSON.parse(required.stdout)).toEqual(names)
      // A namespace of CommonJS code would show a default too; of ESM it doesn't, unless there is one.
      expect(JSON.parse(imported.stdout)).toEqual(names)
    }
  )

  it('a logger from each adapter ships a line and the process ends by itself', async () => {
    const { stdout, stderr } = await installed.runScript(
      'app.cjs',
      `
const { createLocalDis } = require('@dis-logs/local')
const { DisTransport } = require('winston-dis')
const pino = require('pino')
const winston = require('winston')
async function main() {
  const dis = await createLocalDis({ port: 0, streams: [{ name: 'app-logs', partitions: 1 }] })
  const options = { endpoint: dis.url, projectId: 'p', streamName: 'app-logs', credentials: { token: 'T' } }
  const transport = pino.transport({ target: 'pino-dis', options })
  const fromPino = pino(transport)
  const fromWinston = winston.createLogger({ transports: [new DisTransport(options)] })
  fromPino.info('from pino')
  fromWinston.info('from winston')
  transport.end()
  fromWinston.end()
  await Promise.all([new Promise((r) => transport.once('close', r)), new Promise((r) => fromWinston.once('finish', r))])
  const records = await dis.records('app-logs')
  console.log(JSON.stringify(records.map((r) => { const l = JSON.parse(r.data); return l.msg ?? l.message }).sort()))
  await dis.close()
}
main()
`
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(['from pino', 'from winston'])
  })

  it('compression needs its package, and finds it where the application is', async () => {
    const code = `
const { createProducer, validateOptions } = require('@dis-logs/core')
const options = { endpoint: 'http://127.0.0.1:1', projectId: 'p', streamName: 's', credentials: { token: 'T' } }
const said = ['lz4', 'snappy', 'zstd'].map((compression) => {
  try {
    createProducer({ ...options, wire: { compression } }).close()
    validateOptions({ ...options, wire: { compression } })
    return 'taken'
  } catch (error) {
    return error.code + ' ' + error.message
  }
})
console.log(JSON.stringify(said))
`
    await writeFile(join(folder, 'wire.cjs'), code)
    const without = await run(process.execPath, ['wire.cjs'], { cwd: folder })
    const [lz4, snappy, zstd] = JSON.parse(without.stdout)
    expect(lz4).toMatch(/^DIS_LOGS_CONFIG .*wire\.compression: got 'lz4'.* npm install lz4-napi/s)
    expect(snappy).toMatch(/not installed; npm install snappy/)
    expect(zstd).toMatch('zstdCompressSync' in zlib ? /^taken$/ : /npm install @toondepauw\/node-zstd/)

    // An application in a folder below, with codecs of its own; started from somewhere else.
    const modules = join(folder, 'app/node_modules')
    await mkdir(join(modules, '@toondepauw'), { recursive: true })
    for (const name of ['lz4-napi', 'snappy', '@toondepauw/node-zstd']) {
      await symlink(await realpath(join(root, 'node_modules', name)), join(modules, name))
    }
    await writeFile(join(folder, 'app/wire.cjs'), code)
    const beside = await run(process.execPath, ['app/wire.cjs'], { cwd: folder })
    expect(JSON.parse(beside.stdout)).toEqual(['taken', 'taken', 'taken'])
    // As npm does with a command, and a release with the folder of its newest version.
    await symlink(join(folder, 'app/wire.cjs'), join(folder, 'linked.cjs'))
    const linked = await run(process.execPath, ['linked.cjs'], { cwd: folder })
    expect(JSON.parse(linked.stdout)).toEqual(['taken', 'taken', 'taken'])
  })

  it('what lies in the folder where a program is started is not run', async () => {
    // Its packages write down that they ran, and are of the kind that is wanted.
    const stranger = join(folder, 'stranger')
    for (const name of ['lz4-napi', 'snappy', '@toondepauw/node-zstd', 'undici', 'pino-dis']) {
      const modules = join(stranger, 'node_modules', name)
      await mkdir(modules, { recursive: true })
      await writeFile(
        join(modules, 'index.js'),
        `require('node:fs').appendFileSync(${JSON.stringify(join(stranger, 'ran'))}, '${name}\\n')
exports.compressSync = (data) => data`
      )
    }
    await writeFile(join(stranger, 'data.ndjson'), '{}\n')
    await writeFile(join(stranger, '-'), '')
    const core = JSON.stringify(join(folder, 'node_modules/@dis-logs/core'))
    const code = `
const { createProducer, validateOptions } = require(${core})
const options = { endpoint: 'http://127.0.0.1:1', projectId: 'p', streamName: 's', credentials: { token: 'T' } }
for (const compression of ['lz4', 'snappy', 'zstd']) {
  for (const make of [createProducer, validateOptions]) {
    try { make({ ...options, wire: { compression } })?.close() } catch (error) { console.log(error.code) }
  }
}`
    await writeFile(join(folder, 'somewhere.cjs'), code)
    const data = join(stranger, 'data.ndjson')
    for (const args of [
      [join(folder, 'somewhere.cjs'), data],
      ['../somewhere.cjs'],
      // Here the first argument stands where the main script does otherwise.
      ['-e', code, data],
      [`--eval=${code}`, data],
      ['-p', code, data]
    ]) {
      const { stdout } = await run(process.execPath, args, { cwd: stranger })
      expect(stdout.match(/DIS_LOGS_CONFIG/g)?.length).toBe('zstdCompressSync' in zlib ? 4 : 6)
    }
    const piped = run(process.execPath, ['-', data], { cwd: stranger })
    piped.child.stdin?.end(code)
    expect((await piped).stdout).toContain('DIS_LOGS_CONFIG')
    const command = await run(join(folder, 'node_modules/.bin/dis-logs'), ['--help'], { cwd: stranger })
    expect(command.stdout).toContain('ship')
    expect(existsSync(join(stranger, 'ran'))).toBe(false)
  })

  it('a worker says at once that a package is missing', async () => {
    const { stdout } = await installed.runScript(
      'missing.cjs',
      `
const pino = require('pino')
const { DisTransport } = require('winston-dis')
const options = { endpoint: 'http://127.0.0.1:1', projectId: 'p', streamName: 's', credentials: { token: 'T' }, wire: { compression: 'lz4' } }
try {
  new DisTransport(options)
} catch (error) {
  console.log('winston: ' + error.message)
}
const transport = pino.transport({ target: 'pino-dis', options })
transport.on('error', (error) => console.log('pino: ' + error.message))
`
    )
    expect(stdout).toMatch(/winston: Invalid DIS options:\n.*npm install lz4-napi/)
    expect(stdout).toMatch(/pino: Invalid DIS options:\n.*npm install lz4-napi/)
  })

  it('the command line runs', async () => {
    const { stdout } = await run(join(folder, 'node_modules/.bin/dis-logs'), ['--help'], { cwd: folder })
    for (const verb of ['ship', 'tail', 'local']) expect(stdout).toContain(verb)
  })
})
