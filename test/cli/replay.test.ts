import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProducer } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ACCESS_KEY, dislogs, environmentFor, received, SECRET_KEY, STREAM } from './program.ts'

let dis: LocalDis
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-replay-'))
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false })
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

const replay = (...args: string[]) => dislogs(['replay', ...args], environmentFor(dis))

describe('replay', () => {
  it('sends again what a producer has put into its dead-letter file, with the keys that it had', async () => {
    const dead = join(folder, 'dead.ndjson')
    await dis.faults.add({ kind: 'record-error', code: 'DIS.4302', message: 'no such partition' })
    const producer = createProducer({
      endpoint: dis.url,
      projectId: 'p',
      streamName: STREAM,
      credentials: { accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
      partitionKey: 'tenant',
      deadLetter: dead
    })
    for (let n = 0; n < 20; n++) producer.write(JSON.stringify({ tenant: `t-${n % 3}`, n }))
    await producer.flush()
    await producer.close()
    expect(await received(dis)).toEqual([])
    await dis.faults.clear()
    const { status, stderr } = await replay(dead)
    expect(stderr).toContain(
      '20 lines sent again, 20 delivered, 0 rejected, 0 not sent, 0 skipped, 0 unreadable'
    )
    expect(status).toBe(0)
    const records = await dis.records(STREAM)
    expect(
      records.map(({ data, partitionKey }) => [JSON.parse(data.toString()).tenant, partitionKey])
    ).toEqual(records.map(({ partitionKey }) => [partitionKey, partitionKey]))
    expect(new Set(records.map(({ data }) => data.toString())).size).toBe(20)
  })

  it('follows hash keys and partition ids, takes bytes, picks codes, and says what it cannot read', async () => {
    const dead = join(folder, 'dead.ndjson')
    const letters = [
      { code: 'A', line: 'by id', partitionId: 'shardId-0000000002' },
      { code: 'A', line: 'by hash', explicitHashKey: '0' },
      { code: 'A', lineBase64: Buffer.from([0xff, 0x00]).toString('base64'), partitionKey: 'k' },
      { code: 'A', line: 'anywhere' },
      { code: 'B', line: 'not this one', partitionKey: 'k' }
    ]
    writeFileSync(
      dead,
      `${letters.map((letter) => JSON.stringify(letter)).join('\n')}\n{"code":"A"}\nnonsense\n`
    )
    const { status, stderr } = await replay('--code', 'A', dead)
    expect(status).toBe(1)
    expect(stderr).toContain(
      '4 lines sent again, 4 delivered, 0 rejected, 0 not sent, 1 skipped, 2 unreadable'
    )
    expect(stderr).toContain('line 6 is no dead letter: it has neither line nor lineBase64')
    const records = await dis.records(STREAM)
    const partitionOf = (text: string) => records.find(({ data }) => data.toString() === text)?.partitionId
    expect([partitionOf('by id'), partitionOf('by hash')]).toEqual([
      'shardId-0000000002',
      'shardId-0000000000'
    ])
    expect(records.some(({ data }) => data.equals(Buffer.from([0xff, 0x00])))).toBe(true)
  })

  it('puts what is refused again into another file, and ends with status 1', async () => {
    const dead = join(folder, 'dead.ndjson')
    const again = join(folder, 'again.ndjson')
    writeFileSync(dead, `${JSON.stringify({ code: 'X', line: 'poison', partitionKey: 'k' })}\n`)
    await dis.faults.add({ kind: 'record-error', code: 'DIS.4302' })
    expect((await replay('--dead-letter', dead, dead)).status).toBe(2)
    const { status, stderr } = await replay('--dead-letter', again, dead)
    expect(status).toBe(1)
    expect(stderr).toContain('1 line rejected with DIS.4302')
    expect(JSON.parse(readFileSync(again, 'utf8'))).toMatchObject({
      code: 'DIS.4302',
      line: 'poison',
      partitionKey: 'k'
    })
    expect((await replay()).status).toBe(2)
    expect((await replay(join(folder, 'missing'))).stderr).toContain('no such file or directory (ENOENT)')
  })
})
