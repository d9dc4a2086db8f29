/** What is loaded when: undici takes longer to load than all the rest of a producer. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionsFor, STREAM } from './arrivals.ts'

const APP = fileURLToPath(new URL('start-app.mjs', import.meta.url))
const run = promisify(execFile)

let dis: LocalDis
beforeAll(async () => {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 1 }], limits: false })
})
afterAll(() => dis.close())

async function start(form: string, as: string, socket?: string): Promise<Record<string, number>> {
  const job = JSON.stringify({ form, as, options: optionsFor(dis), socket })
  const { stdout } = await run(process.execPath, [APP, job])
  return JSON.parse(stdout)
}

describe.each(['import', 'require'])('%s', (form) => {
  it.each(['core', 'pino in-process', 'winston in-process'])(
    '%s: the first line does not wait for undici',
    async (as) => {
      const seen = await start(form, as)
      expect(seen).toMatchObject({ atStart: 0, delivered: 1 })
      expect(seen['atEnd']).toBeGreaterThan(0)
    }
  )

  it('winston with a worker: undici is never loaded in the thread of the application', async () => {
    expect(await start(form, 'winston')).toEqual({ atStart: 0, delivered: 1, atEnd: 0, atLinks: 0 })
  })
})

it('undici is found also after the application has looked at a socket (nodejs/node#51142)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-start-'))
  const socket = join(folder, 'socket')
  const server = createServer().listen(socket)
  await once(server, 'listening')
  try {
    expect(await start('import', 'core', socket)).toMatchObject({ delivered: 1, atLinks: 0 })
  } finally {
    server.close()
    rmSync(folder, { recursive: true })
  }
})
