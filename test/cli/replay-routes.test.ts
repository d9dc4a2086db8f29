/** Letters of any routes: all are sent, by one producer, whatever stands between them. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, received, STREAM } from './program.ts'

let dis: LocalDis
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-routes-'))
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 3 }], limits: false })
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

const replay = (...args: string[]) => dislogs(['replay', ...args], environmentFor(dis))

function file(name: string, letters: readonly object[]): string {
  const path = join(folder, name)
  writeFileSync(path, letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''))
  return path
}

/** Letters that can go nowhere, and why. */
const BAD: readonly (readonly [object, string])[] = [
  [
    { line: 'bad', partitionId: 'shardId-x' },
    "partitionId: got 'shardId-x'; allowed: 'shardId-0000000000' or a decimal"
  ],
  [{ line: 'bad', partitionId: '' }, "partitionId: got ''"],
  [{ line: 'bad', partitionId: 7 }, 'its partitionId is no text'],
  [{ line: 'bad', explicitHashKey: '9223372036854775808' }, 'explicitHashKey: got'],
  [{ line: 'bad', explicitHashKey: {} }, 'its explicitHashKey is no text'],
  [{ line: 'bad', partitionKey: ['k'] }, 'its partitionKey is no text'],
  [{ line: 'bad', partitionKey: '' }, "partitionKey: got ''"],
  [{ line: '', partitionKey: 'k' }, 'its line is empty'],
  [{ line: 'bad \ud800' }, 'its line is no text that UTF-8 can hold'],
  [{ lineBase64: 'bad!', partitionKey: 'k' }, 'its lineBase64 is no Base64'],
  [{ line: 7 }, 'it has neither line nor lineBase64']
]

describe('a letter that can go nowhere', () => {
  it('is told with its file and line, ends replay with status 1, and all others are sent', async () => {
    const good = BAD.flatMap(([letter], n) => [{ line: `good ${n}`, partitionId: '1' }, letter])
    const path = file('letters.ndjson', good)
    const more = file('more.ndjson', [{ line: 'good in another file', explicitHashKey: '1' }])
    const { status, stderr } = await replay(path, more)
    BAD.forEach(([, reason], n) => {
      expect(stderr).toContain(`${path}: line ${2 * n + 2} is no dead letter: ${reason}`)
    })
    const sent = BAD.length + 1
    expect(stderr).toContain(
      `${sent} lines sent again, ${sent} delivered, 0 rejected, 0 not sent, 0 skipped, ${BAD.length} unreadable`
    )
    expect(status).toBe(1)
    const lines = await received(dis)
    expect(lines.length).toBe(sent)
    expect(lines.every((line) => line.startsWith('good'))).toBe(true)
  })
})

describe('letters of many routes', () => {
  it('keep the order of each route, and reach the partition that their route names', async () => {
    const letters = Array.from({ length: 3_000 }, (_, n) => {
      const line = `${n}`
      return (
        [
          { line, partitionId: `shardId-000000000${n % 3}` },
          { line, explicitHashKey: ['0', '4000000000000000000', '9000000000000000000'][n % 3] },
          { line, partitionKey: `k-${n % 5}` },
          { line }
        ][n % 4] ?? {}
      )
    })
    const { status } = await replay(file('letters.ndjson', letters))
    expect(status).toBe(0)
    const records = await dis.records(STREAM)
    expect(records.length).toBe(3_000)
    const numbers = new Map<string, number[]>()
    for (const { data, partitionId, partitionKey } of records) {
      const n = Number(data.toString())
      if (n % 4 === 0) expect(partitionId).toBe(`shardId-000000000${n % 3}`)
      if (n % 4 === 1) expect(partitionId).toBe(`shardId-000000000${[0, 1, 2][n % 3]}`)
      if (n % 4 === 2) expect(partitionKey).toBe(`k-${n % 5}`)
      if (n % 4 === 3) continue
      const route = n % 4 === 2 ? `key ${n % 5}` : `${n % 4} ${n % 3}`
      numbers.set(route, [...(numbers.get(route) ?? []), n])
    }
    expect(numbers.size).toBe(11)
    for (const arrived of numbers.values()) expect(arrived).toEqual([...arrived].sort((a, b) => a - b))
  })

  it('take no more memory if each has a hash key of its own', async () => {
    const few = await peakOf(1_000)
    const many = await peakOf(100_000)
    // 1,000 producers took 239 MiB; the buffer of one is 64 MiB.
    expect(few).toBeLessThan(200)
    expect(many - few).toBeLessThan(120)
  }, 60_000)
})

/** Replays letters with as many hash keys. @returns the largest resident set, in MiB */
async function peakOf(keys: number): Promise<number> {
  const path = join(folder, `${keys}.ndjson`)
  const fd = openSync(path, 'w')
  for (let n = 0; n < keys; n++) {
    const explicitHashKey = String((BigInt(n) * 9_223_372_036_854_775_807n) / BigInt(keys))
    writeSync(fd, `${JSON.stringify({ code: 'X', line: `line ${n}`, explicitHashKey })}\n`)
  }
  closeSync(fd)
  const reads = join(import.meta.dirname, 'peak.mjs')
  const program = new Program(['replay', path], { ...environmentFor(dis), NODE_OPTIONS: `--import=${reads}` })
  const { status, stderr } = await program.end()
  expect(stderr).toContain(
    `${keys.toLocaleString('en-US')} lines sent again, ${keys.toLocaleString('en-US')} delivered`
  )
  expect(status).toBe(0)
  return Number(/peak (\d+) MiB/.exec(stderr)?.[1])
}
