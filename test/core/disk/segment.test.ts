import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Entry,
  entryBytes,
  readEntry,
  SEGMENT_HEAD,
  writeEntry
} from '../../../packages/core/src/disk/entry.ts'
import { Segment } from '../../../packages/core/src/disk/segment.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-segment-'))
  path = join(folder, '00000000000001-00000000.log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const encode = (key: string, line: string): Buffer => {
  const buffer = Buffer.alloc(entryBytes(key.length * 3, line.length * 3))
  return buffer.subarray(0, writeEntry(buffer, 0, key, line, 1_735_787_045_000))
}

/** A segment with those lines; returns where each entry begins, and the end. */
function write(lines: readonly string[]): number[] {
  const segment = Segment.create(path)
  const places = lines.map((line) => {
    const at = segment.end
    segment.append(encode('key', line))
    return at
  })
  segment.close()
  return [...places, statSync(path).size]
}

/** Everything that can be read from the file as another process left it. */
function readAll(segment = Segment.adopt(path)) {
  const lines: string[] = []
  const places: number[] = []
  // A damaged file must not be read for ever.
  for (let turn = 0; segment.isUnread && turn < 10_000; turn++) {
    segment.read(({ line }: Entry, at) => {
      lines.push(line.toString())
      places.push(at)
    })
  }
  const { damaged, isUnread } = segment
  segment.close()
  return { lines, places, damaged, isUnread }
}

const LINES = ['first', '{"msg":"größer"}', '', 'DISE in a line', 'x'.repeat(300_000), 'last']

describe('a segment', () => {
  it('gives back what was appended, in order, with key and time', () => {
    const places = write(LINES)
    expect(readAll()).toEqual({ lines: LINES, places: places.slice(0, -1), damaged: 0, isUnread: false })
    const found = readEntry(encode('ключ', 'line'), 0)
    expect(found).toMatchObject({ kind: 'entry', entry: { key: 'ключ', writtenAt: 1_735_787_045_000 } })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('leaves out what was acknowledged, also by an earlier process, and is done when all is', () => {
    const places = write(LINES)
    const before = Segment.adopt(path)
    before.read(() => {})
    while (before.isUnread) before.read(() => {})
    for (const at of places.slice(0, 2)) before.acknowledge(at)
    before.writeAcks()
    expect(before.isDone).toBe(false)
    before.close()
    // A torn block of acknowledgements acknowledges nothing.
    appendFileSync(path.replace('.log', '.ack'), Buffer.from([1, 0, 0, 0, 9]))
    const after = Segment.adopt(path)
    expect(readAll(after)).toMatchObject({ lines: LINES.slice(2), damaged: 0 })
    for (const at of places.slice(2, -1)) after.acknowledge(at)
    expect(after.isDone).toBe(true)
    after.remove()
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it.each([1, 5, 11, 20, 27])('skips and counts a torn end of %i bytes', (left) => {
    const places = write(LINES)
    truncateSync(path, (places.at(-2) ?? 0) + left)
    expect(readAll()).toMatchObject({ lines: LINES.slice(0, -1), damaged: 1, isUnread: false })
  })

  it('reads nothing from a file that is empty or holds nothing but its head', () => {
    writeFileSync(path, '')
    expect(readAll()).toMatchObject({ lines: [], damaged: 0, isUnread: false })
    writeFileSync(path, SEGMENT_HEAD)
    expect(readAll()).toMatchObject({ lines: [], damaged: 0, isUnread: false })
  })

  it('loses one line to one flipped bit, wherever it is, and counts it', () => {
    const lines = ['one', 'two', 'three DISE', 'four']
    const places = write(lines)
    const whole = readFileSync(path)
    for (let at = SEGMENT_HEAD.length; at < whole.length; at++) {
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
          {
            maxLength: 12
          }
        ),
        (pieces) => {
          writeFileSync(path, Buffer.concat([SEGMENT_HEAD, ...pieces]))
          const { lines, isUnread } = readAll()
          expect(isUnread).toBe(false)
          expect(lines.every((line) => ['a', 'DISE', 'bb'].includes(line))).toBe(true)
        }
      ),
      { numRuns: 400 }
    )
  })
})
