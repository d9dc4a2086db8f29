/** What consumers read: lines of any bytes, events of anybody, and a whole stream of a hostile service. */
import { DisConfigError, DisRequestError } from '../../../packages/core/src/index.ts'
import { Repeats } from '../../../packages/core/src/reader/repeats.ts'
import { linesOf, readStream } from '../../../packages/core/src/reader.ts'
import { LineIds, lineIdOf } from '../../../packages/core/src/record/line-id.ts'
import { escapeNewlines, unescapeNewlines } from '../../../packages/core/src/record/newlines.ts'
import { mutate } from '../generate/bytes.ts'
import { mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { expect, type Kind } from '../kind.ts'
import { HostileServer, httpAnswer } from '../stand-ins/hostile-server.ts'
import { READER_BODIES, readerAnswer } from './reader.ts'

const PRODUCER = 'fuzz-fuzz-00'
const NAMES = ['Message', 'records', 'data', 'sequence_number', 'dis_id']
const EVENT = { Message: { records: [{ data: 'eyJhIjoxfQph', sequence_number: '1' }] }, ShardID: 's' }
const PIECES = [
  '\n',
  '\\n',
  '\\',
  '\x1e\x1f',
  '{',
  '}',
  '"dis_id":"fuzz-fuzz-00.0"',
  '{"a":1}',
  '日',
  '\r',
  ' '
]

function anyLine(random: Random): Buffer {
  const text = random.chance(0.5)
    ? random.list(12, () => random.pick(PIECES)).join('')
    : mangledJson(random, random.pick([EVENT, { dis_id: 'x', a: 1 }]), NAMES, random.pick([0, 0.05, 0.2]))
  return random.chance(0.4) ? mutate(random, Buffer.from(text)) : Buffer.from(text)
}

export const consumerLine = (): Kind => ({
  generate: anyLine,
  check(input) {
    checkId(input)
    const escaped = Buffer.from(escapeNewlines(input))
    expect(!escaped.includes(0x0a), 'an escaped line is one line')
    const back = Buffer.from(unescapeNewlines(escaped.toString('latin1')), 'latin1')
    expect(back.equals(input), 'an escaped line comes back')
    checkRepeats(input)
    checkEvent(input)
  }
})

function checkId(input: Buffer): void {
  const marked = Buffer.from(new LineIds(PRODUCER).mark(input))
  if (marked.equals(input)) return
  expect(lineIdOf(marked)?.producer === PRODUCER, 'a line that was changed has the id')
  expect(marked.includes(input.subarray(1)), 'a line keeps all that it had')
  const text = new LineIds(PRODUCER).mark(input.toString('latin1'))
  expect(Buffer.from(text.toString(), 'latin1').equals(marked), 'text and bytes get the same')
  const before = membersOf(input.toString())
  if (before !== undefined) expect(membersOf(marked.toString()) === before, 'an object keeps its members')
}

/** The members of an object, but for the id; undefined if it is none, or too deep to be written. */
function membersOf(text: string): string | undefined {
  try {
    const { dis_id: _, ...members } = objectOf(text) ?? {}
    return JSON.stringify(members)
  } catch {
    return undefined
  }
}

/** Undefined if the text is no JSON, or anything else. */
function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function checkRepeats(input: Buffer): void {
  const repeats = new Repeats()
  const first = repeats.without(input)
  expect(first !== undefined, 'a record that comes first is given')
  const again = repeats.without(input)
  const left = again?.toString('latin1').split('\n') ?? []
  const had = input.toString('latin1').split('\n')
  expect(
    left.every((line) => had.includes(line)),
    'what is left was there before'
  )
  expect(left.length + repeats.count >= had.length, 'no line is left out uncounted')
}

/** A foreign event is lines, or a TypeError that says so. */
function checkEvent(input: Buffer): void {
  linesOf({ data: input })
  linesOf({ data: input.toString('latin1') })
  const event = objectOf(input.toString())
  if (event === undefined) return
  try {
    const lines = linesOf(event as never)
    expect(
      lines.every((line) => typeof line === 'string' && line !== ''),
      'lines are text'
    )
  } catch (error) {
    expect(
      error instanceof TypeError && error.message.startsWith('linesOf:'),
      `no line, but ${String(error)}`
    )
  }
}

/** The first byte says which answers are hostile; the others are honest. */
export async function consumedStream(): Promise<Kind> {
  const server = new HostileServer()
  const endpoint = await server.listen()
  const honest = [READER_BODIES.records, READER_BODIES.cursor, READER_BODIES.stream].map((body) =>
    httpAnswer(200, Buffer.from(JSON.stringify(body)))
  )
  return {
    generate: (random) => Buffer.concat([random.bytes(1), readerAnswer(random)]),
    async check(input) {
      const hostile = (input[0] ?? 0) % 3
      const stop = new AbortController()
      server.requests = 0
      server.answer = (request) => {
        if (server.requests > 12) stop.abort()
        const kind = request.includes('/records') ? 0 : request.includes('/cursors') ? 1 : 2
        return (kind === hostile ? input.subarray(1) : honest[kind]) ?? Buffer.alloc(0)
      }
      // A service that fails is waited for: that has no end of its own.
      const timer = setTimeout(() => stop.abort(), 150)
      try {
        await consume(endpoint, stop)
      } catch (error) {
        if (!(error instanceof DisRequestError || error instanceof DisConfigError)) throw error
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => server.close()
  }
}

async function consume(endpoint: string, { signal }: AbortController): Promise<void> {
  const place = { endpoint, projectId: 'p', streamName: 's', credentials: { token: 'T' } }
  const checkpoints = { load: () => '3', save() {} }
  let records = 0
  const options = { ...place, checkpoints, dedupe: true, signal, refreshMs: 100, onWarning: () => {} }
  for await (const { data, partitionId, sequenceNumber } of readStream(options)) {
    expect(Buffer.isBuffer(data) && typeof sequenceNumber === 'string', 'a record has data and a number')
    expect(typeof partitionId === 'string', 'a record has a partition')
    if (++records === 20) break
  }
}
