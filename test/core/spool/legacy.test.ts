import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SILENT_TICKS } from '../../../packages/core/src/spool/orphans.ts'
import { openSpool, readAll, texts } from './folder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-legacy-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** An entry of the first format: mark, length, CRC, time, key. */
function entry(key: string, line: string): Buffer {
  const keyBytes = Buffer.from(key)
  const payload = Buffer.concat([Buffer.alloc(12), keyBytes, Buffer.from(line)])
  payload.writeDoubleLE(1_735_787_045_000, 0)
  payload.writeUInt32LE(keyBytes.length, 8)
  const head = Buffer.from('DISE\0\0\0\0\0\0\0\0', 'latin1')
  head.writeUInt32LE(payload.length, 4)
  head.writeUInt32LE(crc32(payload), 8)
  return Buffer.concat([head, payload])
}

/** A segment file of the first format; returns the place of each line. */
function segment(folder: string, time: number, lines: readonly string[]): number[] {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${String(time).padStart(14, '0')}-00000000.log`)
  writeFileSync(path, 'DISSPL1\n')
  return lines.map((line) => {
    const at = statSync(path).size
    appendFileSync(path, entry('k', line))
    return at
  })
}

/** A block of acknowledgements of the first format. */
function acknowledge(folder: string, time: number, places: readonly number[]): void {
  const block = Buffer.alloc(8 + places.length * 4)
  places.forEach((place, index) => void block.writeUInt32LE(place, 8 + index * 4))
  block.writeUInt32LE(places.length, 0)
  block.writeUInt32LE(crc32(block.subarray(8)), 4)
  appendFileSync(join(folder, `${String(time).padStart(14, '0')}-00000000.ack`), block)
}

const FIRST = '17-aaaaaaaaaaaa'
const SECOND = '18-bbbbbbbbbbbb'

describe('a folder of the first format', () => {
  it('is read once, in the order of its names, without what was acknowledged', async () => {
    const outer = join(dir, FIRST)
    const inner = join(outer, SECOND)
    const places = segment(inner, 100, ['one', 'two', 'three'])
    acknowledge(inner, 100, places.slice(0, 1))
    acknowledge(inner, 100, places.slice(2))
    segment(outer, 200, ['four'])
    writeFileSync(join(inner, 'lock.json'), '{"pid":1,"host":"h","start":""}')
    const { spool } = await openSpool(dir)
    spool.append(0, 'k', 'new', 1, 0, false)
    const lines = readAll(spool)
    expect(lines.map(({ text }) => text)).toEqual(['two', 'four', 'new'])
    for (const { id } of lines) spool.acknowledge(id)
    spool.writeAcknowledgements()
    spool.close()
    expect(readdirSync(dir)).toEqual([])
  })

  it('is taken again as it stands if its taker is gone, what was left of it first', async () => {
    segment(join(dir, FIRST), 100, ['one', 'two'])
    const { spool: first } = await openSpool(dir)
    const [line] = readAll(first)
    first.acknowledge(line?.id ?? -1)
    first.append(0, 'k', 'three', 1, 0, false)
    first.writeAcknowledgements()
    first.close()
    const { spool: second } = await openSpool(dir)
    expect(texts(second)).toEqual(['two', 'three'])
    second.close()
  })

  it('nested deeper than a path may be long is brought up level by level', async () => {
    let folder = join(dir, FIRST)
    for (let depth = 0; depth < 40; depth++) {
      segment(folder, 1_000 - depth, [`depth ${depth}`])
      folder = join(folder, `${100 + depth}-${String(depth).padStart(12, '0')}`)
    }
    const { spool } = await openSpool(dir)
    expect(texts(spool)).toEqual(Array.from({ length: 40 }, (_, n) => `depth ${39 - n}`))
    spool.close()
    expect(
      readdirSync(dir, { recursive: true, encoding: 'utf8' }).every((name) => name.split('/').length <= 2)
    ).toBe(true)
  })

  it('is converted to the end by the next owner if the first one died in the middle', async () => {
    const { spool: first } = await openSpool(dir)
    first.append(0, 'k', 'before', 1, 0, false)
    first.flush()
    first.close()
    const [part = ''] = readdirSync(dir)
    segment(join(dir, part), 100, ['not converted'])
    segment(join(dir, part, SECOND), 200, ['neither'])
    const { spool } = await openSpool(dir)
    expect(texts(spool)).toEqual(['before', 'not converted', 'neither'])
    spool.close()
  })

  it('is left to an owner that still gives its heartbeat, and taken after a long silence', async () => {
    const folder = join(dir, FIRST)
    segment(folder, 100, ['mine'])
    const lock = join(folder, 'lock.json')
    writeFileSync(lock, '{"pid":1,"host":"another","start":""}')
    const { spool } = await openSpool(dir)
    for (let tick = 1; tick < SILENT_TICKS; tick++) await spool.tick()
    utimesSync(lock, 5, 5)
    for (let tick = 0; tick < SILENT_TICKS; tick++) await spool.tick()
    expect(spool.hasUnread).toBe(false)
    await spool.tick()
    expect(texts(spool)).toEqual(['mine'])
    spool.close()
    expect(existsSync(folder)).toBe(false)
  })
})
