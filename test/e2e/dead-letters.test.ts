import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, STREAM } from '../cli/program.ts'

const run = promisify(execFile)

let dir = ''
let path = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dis-logs-letters-'))
  path = join(dir, 'dead.ndjson')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

interface Told {
  readonly stats: { readonly rejected: number; readonly deadLetters: number }
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
}

/**
 * A process that cannot send its lines, so they become dead letters at its end. `limit`: the largest file that it may write,
 * in blocks of 512 bytes; a write at the limit stops in the middle, as on a full disk.
 */
async function die(name: string, lines: number, bytes: number, limit = 'unlimited'): Promise<Told> {
  const code = `
import { createProducer } from '@dis-logs/core'
const producer = createProducer({
  endpoint: 'http://127.0.0.1:9', projectId: 'p', streamName: 's', credentials: { token: 'T' }, partitionKey: null,
  deadLetter: ${JSON.stringify(path)}
})
const warnings = []
producer.on('warning', ({ code, message }) => warnings.push({ code, message }))
for (let n = 0; n < ${lines}; n++) producer.write(JSON.stringify({ name: '${name}', n, pad: 'x'.repeat(${bytes}) }))
await producer.close({ timeoutMs: 0 })
console.log(JSON.stringify({ stats: producer.stats(), warnings }))`
  // The signal of the limit would end the process.
  const shell = `trap '' XFSZ; ulimit -f ${limit}; exec "$0" --input-type=module -e "$1"`
  const { stdout } = await run('sh', ['-c', shell, process.execPath, code])
  return JSON.parse(stdout)
}

async function lettersIn(): Promise<{ whole: Record<string, number>; torn: number }> {
  const whole: Record<string, number> = {}
  let torn = 0
  for (const text of (await readFile(path, 'utf8')).split('\n').filter(Boolean)) {
    try {
      const { name } = JSON.parse(JSON.parse(text).line)
      whole[name] = (whole[name] ?? 0) + 1
    } catch {
      torn++
    }
  }
  return { whole, torn }
}

describe.skipIf(process.platform === 'win32')('dead letters', () => {
  it('of a disk that was full are counted as not kept, and cost no later letter', async () => {
    const full = await die('full', 10, 100_000, '1000')
    expect(full.stats).toMatchObject({ rejected: 10, deadLetters: 5 })
    expect(full.warnings).toContainEqual({
      code: 'DEAD_LETTER',
      message: expect.stringContaining('EFBIG')
    })
    expect(await lettersIn()).toEqual({ whole: { full: 5 }, torn: 1 })

    expect((await die('later', 10, 100_000)).stats).toMatchObject({ rejected: 10, deadLetters: 10 })
    expect(await lettersIn()).toEqual({ whole: { full: 5, later: 10 }, torn: 1 })

    const dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }], limits: false })
    const { status, stderr } = await dislogs(['replay', path], environmentFor(dis))
    const arrived = await dis.records(STREAM)
    await dis.close()
    expect(arrived.length).toBe(15)
    expect(stderr).toContain('1 unreadable')
    expect(status).toBe(1)
  })

  it('of several processes on one file are each whole', async () => {
    const names = ['a', 'b', 'c', 'd']
    await Promise.all(names.map((name) => die(name, 60, 150_000)))
    expect(await lettersIn()).toEqual({ whole: { a: 60, b: 60, c: 60, d: 60 }, torn: 0 })
  })
})
