import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entryBytes, readEntry, writeEntry } from '../../../packages/core/src/spool/entry.ts'
import { Fence } from '../../../packages/core/src/spool/fence.ts'
import { machineDisk } from '../../../packages/core/src/spool/files.ts'
import { FIRST_NUMBER } from '../../../packages/core/src/spool/names.ts'
import { Part } from '../../../packages/core/src/spool/part.ts'
import { Segment } from '../../../packages/core/src/spool/segment.ts'
import { writeHead } from '../../../packages/core/src/spool/segment-head.ts'
import { TARGET } from './folder.ts'

const HEAD = writeHead({ ...TARGET, host: 'a-host', pid: 1 })

let folder: string
let part: Part
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-segment-'))
  part = new Part(machineDisk, folder, { generation: 1, id: 'a', target: 'b', owner: 'c' })
  part.make()
  path = join(part.path, `${FIRST_NUMBER}.log`)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const fence = new Fence(machineDisk, tmpdir(), { monotonic: () => 0 })

const encode = (key: string, line: string): Buffer => {
  const buffer = Buffer.alloc(entryBytes(key.length * 3, line.length * 3))
  return buffer.subarray(0, writeEntry(buffer, 0, 0, key, line, 1_735_787_045_000))
}

/** A segment with those lines; returns where each entry begins, and the end. */
function write(lines: readonly string[]): number[] {
  const segment = Segment.create(machineDisk, part, FIRST_NUMBER, HEAD)
  const places = lines.map((line) => {
    const at = segment.end
    segment.append(encode('key', line), false, fence)
    return at
  })
  segment.close()
  return [...places, statSync(path).size]
}

const found = (): Segment => Segment.found(machineDisk, part, FIRST_NUMBER, statSync(path).size)

/** Everything that can be read from the file as another process left it. */
function readAll(segment = found()) {
  const lines: string[] = []
  const places: number[] = []
  // A damaged file must not be read for ever.
  for (let turn = 0; segment.isUnread && turn < 10_000; turn++) {
    segment.read(({ line }, at) => {
      lines.push(line.toString())
      places.push(at)
    })
  }
  const { isUnread } = segment
  segment.close()
  return { lines, places, damaged: segment.unread.damaged, isUnread }
}

const LINES = ['first', '{"msg":"größer"}', '', 'DISE in a line', 'x'.repeat(300_000), 'last']

describe('a segment', () => {
  it('gives back what was appended, in order, with its route and time', () => {
    const places = write(LINES)
    expect(readAll()).toEqual({ lines: LINES, places: places.slice(0, -1), damaged: 0, isUnread: false })
    const entry = readEntry(encode('ключ', 'line'), 0)
    expect(entry).toMatchObject({
      kind: 'entry',
      entry: { kind: 0, value: 'ключ', writtenAt: 1_735_787_045_000 }
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('leaves out what was acknowledged, also by an earlier process, and is done when all is', () => {
    const places = write(LINES)
    const before = found()
    while (before.isUnread) before.read(() => {})
    for (const at of places.slice(0, 2)) before.acknowledge(at)
    before.writeAcknowledgements()
    expect(before.isDone).toBe(false)
    before.close()
    const after = found()
    expect(readAll(after)).toMatchObject({ lines: LINES.slice(2), damaged: 0 })
    for (const at of places.slice(2, -1)) after.acknowledge(at)
    expect(after.isDone).toBe(true)
    after.remove()
    expect(() => statSync(path)).toThrow('ENOENT')
    expect(() => statSync(path.replace('.log', '.ack'))).toThrow('ENOENT')
  })

  it('takes more acknowledgements behind a torn one, and loses none of them', () => {
    const places = write(LINES)
    const acknowledge = (count: number) => {
      const segment = found()
      while (segment.isUnread) segment.read(() => {})
      segment.acknowledge(places[count] ?? 0)
      segment.writeAcknowledgements()
      segment.close()
    }
    acknowledge(0)
    appendFileSync(path.replace('.log', '.ack'), Buffer.from([1, 0, 0, 0, 9]))
    acknowledge(1)
    acknowledge(3)
    expect(readAll().lines).toEqual(LINES.filter((_, index) => ![0, 1, 3].includes(index)))
  })

  it('writes acknowledgements again that the disk did not take', () => {
    const places = write(LINES)
    const segment = found()
    while (segment.isUnread) segment.read(() => {})
    segment.acknowledge(places[0] ?? 0)
    // A folder in the place of the file.
    mkdirSync(path.replace('.log', '.ack'))
    expect(() => segment.writeAcknowledgements()).toThrow()
    rmSync(path.replace('.log', '.ack'), { recursive: true })
    segment.writeAcknowledgements()
    segment.close()
    expect(readAll().lines).toEqual(LINES.slice(1))
  })

  it('follows no link, neither for entries nor for acknowledgements', () => {
    const places = write(LINES)
    const victim = join(folder, 'victim')
    writeFileSync(victim, 'not ours')
    symlinkSync(victim, path.replace('.log', '.ack'))
    const segment = found()
    while (segment.isUnread) segment.read(() => {})
    segment.acknowledge(places[0] ?? 0)
    expect(() => segment.writeAcknowledgements()).toThrow('ELOOP')
    segment.close()
    rmSync(path)
    symlinkSync(victim, path)
    expect(() => readAll()).toThrow('ELOOP')
    expect(readFileSync(victim, 'utf8')).toBe('not ours')
  })

  it('reads what its owner before us wrote until it was ours', () => {
    write(['one'])
    const segment = found()
    appendFileSync(path, encode('key', 'two'))
    expect(readAll(segment).lines).toEqual(['one', 'two'])
  })

  it.each([1, 5, 11, 20, 27])('skips and counts a torn end of %i bytes', (left) => {
    const places = write(LINES)
    truncateSync(path, (places.at(-2) ?? 0) + left)
    expect(readAll()).toMatchObject({ lines: LINES.slice(0, -1), damaged: 1, isUnread: false })
  })

  it('reads nothing from a file that is empty or holds nothing but its head', () => {
    writeFileSync(path, '')
    expect(readAll()).toMatchObject({ lines: [], damaged: 0, isUnread: false })
    writeFileSync(path, HEAD)
    expect(readAll()).toMatchObject({ lines: [], damaged: 0, isUnread: false })
  })

  it('loses one line to one flipped bit, wherever it is, and counts it', () => {
    const lines = ['one', 'two', 'three DISE', 'four']
    const places = write(lines)
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      for (const bit of [0, 3, 7]) {
        const bytes = Buffer.from(whole)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
        writeFileSync(path, bytes)
        const hit = places.findIndex((place, index) => at >= place && at < (places[index + 1] ?? 0))
        const { damaged, ...rest } = readAll()
        expect(rest, `bit ${bit} of byte ${at}`).toMatchObject({
          lines: lines.filter((_, index) => index !== hit),
          isUnread: false
        })
        // A false mark inside the damaged line is a place of its own.
        expect(damaged).toBeGreaterThanOrEqual(1)
        expect(damaged).toBeLessThanOrEqual(2)
      }
    }
  })

  it('never fails on any bytes, and never gives back what was not written', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 60 }),
            fc.constantFrom(...['a', 'DISE', 'bb'].map((line) => encode('k', line)))
          ),
          { maxLength: 12 }
        ),
        fc.nat(HEAD.length),
        (pieces, headBytes) => {
          writeFileSync(path, Buffer.concat([HEAD.subarray(0, headBytes), ...pieces]))
          const { lines, isUnread } = readAll()
          expect(isUnread).toBe(false)
          expect(lines.every((line) => ['a', 'DISE', 'bb'].includes(line))).toBe(true)
        }
      ),
      { numRuns: 400 }
    )
  })
})
