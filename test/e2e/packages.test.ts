import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

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
    'inspectConfiguration',
    'validateOptions'
  ],
  '@dis-logs/core/testing': ['ManualClock', 'ScriptedTransport', 'assembleProducer', 'stored', 'throttled'],
  'pino-dis': ['default', 'disStream'],
  'winston-dis': ['DisTransport'],
  '@dis-logs/local': ['LocalDisOptionError', 'createLocalDis'],
  '@dis-logs/cli': ['run']
}

describe('packed tarballs in an empty folder', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dis-logs-pack-'))
    for (const name of ['core', 'pino', 'winston', 'local', 'cli']) {
      await run('npx', ['-y', 'pnpm@10', 'pack', '--pack-destination', folder], {
        cwd: join(root, 'packages', name)
      })
    }
    const tarballs = (await readdir(folder))
      .filter((file) => file.endsWith('.tgz'))
      .map((file) => `./${file}`)
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    const peers = ['pino@10', 'winston@3']
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs, ...peers], {
      cwd: folder
    })
  }, 240_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

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
    await writeFile(
      join(folder, 'app.cjs'),
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
    const { stdout, stderr } = await run(process.execPath, ['app.cjs'], { cwd: folder, timeout: 20_000 })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(['from pino', 'from winston'])
  })

  it('the command line runs', async () => {
    const { stdout } = await run(join(folder, 'node_modules/.bin/dis-logs'), ['--help'], { cwd: folder })
    for (const verb of ['ship', 'tail', 'local']) expect(stdout).toContain(verb)
  })
})
