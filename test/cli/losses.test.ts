/** Whatever is lost ends a command with status 1, and is counted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, received, STREAM } from './program.ts'

const RECORD_BYTES = 1_048_576

let dis: LocalDis
let folder: string

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }], limits: false })
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-losses-'))
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

const command = (args: readonly string[], input: string | Buffer = '') =>
  dislogs(args, environmentFor(dis), input)

function file(name: string, data: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, data)
  return path
}

describe('ship ends with status 1', () => {
  it('after it has cut a line of 100 MB, with its true length', async () => {
    const line = Buffer.alloc(100_000_000, 'x')
    const { status, stderr } = await command(['ship', file('long.log', line)])
    expect(status).toBe(1)
    expect(stderr).toContain('1 line read, 1 delivered')
    expect(stderr).toContain('100,000,000 bytes, ')
    expect(stderr).toContain(
      `1 line above 1 MiB cut to that length and marked: more than ${(98_951_424).toLocaleString('en-US')} bytes lost; split such lines`
    )
    const [record] = await dis.records(STREAM)
    expect(record?.data.length).toBeLessThanOrEqual(RECORD_BYTES)
  })

  it('after it has cut some of many lines, also with --quiet and beside lines that are rejected', async () => {
    await dis.faults.add({ kind: 'record-error', code: 'DIS.4300', message: 'no', match: 'poison' })
    const long = `{"hostname":"${'é'.repeat(600_000)}"}`
    const { status, stderr } = await command(
      ['ship', '--quiet', '--spread'],
      `${long}\nfine\n${long}\r\npoison\n`
    )
    const lost = 2 * (Buffer.byteLength(long) - RECORD_BYTES)
    expect(status).toBe(1)
    expect(stderr).toContain(
      `2 lines above 1 MiB cut to that length and marked: more than ${lost.toLocaleString('en-US')}`
    )
    expect(stderr).toContain('1 line rejected with DIS.4300')
    expect((await received(dis)).length).toBe(3)
  })
})

describe('ship ends with status 0', () => {
  it('after a line of exactly 1 MiB', async () => {
    const { status, stderr } = await command(['ship', '--spread'], `${'x'.repeat(RECORD_BYTES)}\r\n`)
    expect(stderr).not.toContain('cut')
    expect(status).toBe(0)
  })
})

describe('replay ends with status 1', () => {
  it('for a letter above 1 MiB, which it does not cut', async () => {
    const letter = { code: 'OVERSIZE', line: 'x'.repeat(RECORD_BYTES + 1), partitionKey: 'k' }
    const path = file('letters.ndjson', `${JSON.stringify(letter)}\n{"line":"fine","partitionKey":"k"}\n`)
    const { status, stderr } = await command(['replay', path])
    expect(status).toBe(1)
    expect(stderr).toContain('1 line rejected with OVERSIZE')
    expect(await received(dis)).toEqual(['fine'])
  })
})

describe('tail ends with status 1', () => {
  it('when records were gone before they were read', async () => {
    await command(['ship'], 'first\n')
    const program = new Program(['tail', '--from', 'beginning', '--limit', '3'], environmentFor(dis))
    await program.says('first', 'stdout')
    await dis.faults.add({ kind: 'error', status: 400, code: 'DIS.4224', action: 'GetRecords', times: 1 })
    await program.says('records are gone before they were read')
    await command(['ship'], 'second\n')
    expect((await program.end()).status).toBe(1)
  })
})
