/** A whole producer, whose service answers anything, and quotes what it was sent: what is told, printed, written and counted. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { assembleProducer, ManualClock } from '../../../packages/core/src/testing.ts'
import type { WireReply, WireRequest } from '../../../packages/core/src/wire/message.ts'
import { mutate } from '../generate/bytes.ts'
import { encoded, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'
import { firstControl } from '../stand-ins/terminal.ts'

/** Has what escapes change: a quote of it may be spelled in many ways. Every 12 characters of it stand nowhere else. */
const SECRET = 'tok/en+Q7w"x<9Zk&3Vb=1Lm%2Fp\\8Rt~5Yh'
const PIECE = 12
const STATUSES = [200, 200, 201, 302, 400, 401, 403, 413, 429, 441, 500, 502, 503]
const LINES = 3
const MAX_TEXT = 2_000

const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => JSON.stringify(JSON.stringify(text)).slice(1, -1),
  encodeURIComponent,
  (text) => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`),
  (text) => text.replace(/[^\w]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (text) => text.replace(/(.{10})/g, '$1\r\n')
]

/** The secret in some spelling, with words around it, cut off at either end. */
function quote(random: Random): string {
  const spelled = random.pick(SPELLINGS)(SECRET)
  const text = `${anyText(random, 300)}X-Auth-Token: ${spelled}${anyText(random, 100)}`
  return random.chance(0.5)
    ? text
    : text.slice(random.below(text.length), random.below(text.length + 20) + 20)
}

function replyBytes(random: Random): Buffer {
  const said = () => (random.chance(0.7) ? quote(random) : anyText(random, 2_000))
  const value = random.pick<() => unknown>([
    () => ({ errorCode: random.pick(['DIS.4301', said()]), message: said() }),
    () => ({ error: { code: said(), message: said() } }),
    () => ({
      failed_record_count: 1,
      records: Array.from({ length: LINES }, () =>
        random.pick([
          { error_code: random.pick(['DIS.4302', 'DIS.4303', said()]), error_message: said() },
          { partition_id: said(), sequence_number: '1' }
        ])
      )
    })
  ])()
  const json = encoded(
    random,
    mangledJson(random, value, ['error_code', 'message', 'records'], random.pick([0, 0, 0.1]))
  )
  const body = random.chance(0.2) ? Buffer.from(`<html>${said()}</html>`) : json
  const head = Buffer.alloc(2)
  head.writeUInt16LE(random.pick(STATUSES))
  return Buffer.concat([head, random.chance(0.15) ? mutate(random, body) : body])
}

/** A text in which no piece of the secret can be read, whatever the spelling. */
function checkNoSecret(text: string, where: string): void {
  const plain = plainOf(text)
  const secret = plainOf(SECRET)
  for (let at = 0; at + PIECE <= secret.length; at++)
    expect(!plain.includes(secret.slice(at, at + PIECE)), `a piece of the secret stands in ${where}`)
}

/** What a reader makes of it: without escapes of any depth, spaces and line ends. */
function plainOf(text: string): string {
  let plain = text
  for (let round = 0; round < 4; round++)
    plain = plain
      .replace(/\\+u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      .replace(/&#(\d+);?/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return plain.replace(/\\+[bfnrt]?|[\s+]/g, '')
}

export function producerKind(dir: string): Kind {
  const deadLetter = join(dir, 'dead.ndjson')
  return {
    generate: replyBytes,
    async check(input) {
      if (input.length < 2) return
      rmSync(deadLetter, { force: true })
      const { told, printed } = await live(input, deadLetter)
      const letters = readFileSync(deadLetter, 'utf8')
      for (const [where, text] of Object.entries({ events: told, stderr: printed, 'dead letters': letters }))
        checkNoSecret(text, where)
      for (const line of printed.split('\n'))
        expect(line.length <= MAX_TEXT, `stderr gets short lines, not ${line.length}`)
      const control = firstControl(printed)
      expect(control === undefined, `stderr gets no ${control}`)
      for (const line of letters.split('\n')) expect(line.length <= MAX_TEXT, 'a letter is short')
    }
  }
}

/** A producer's whole life with that answer: what its events told, and what it printed. */
async function live(
  input: Buffer,
  deadLetter: string
): Promise<{ readonly told: string; readonly printed: string }> {
  const clock = new ManualClock()
  const reply: WireReply = {
    kind: 'answer',
    status: input.readUInt16LE(0),
    headers: { 'content-type': 'application/json', 'x-quote': SECRET },
    body: input.subarray(2)
  }
  let requests = 0
  const transport = {
    send: async (_: WireRequest) => {
      requests++
      return reply
    },
    close: async () => {}
  }
  const events: unknown[] = []
  let printed = ''
  const producer = assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { token: SECRET },
      deadLetter,
      retry: { maxAttempts: 2 }
    },
    {
      clock,
      transport,
      env: {},
      hostname: 'h',
      stderr: (text) => {
        printed += text
      }
    }
  )
  for (const name of ['rejected', 'dropped', 'warning', 'stats'] as const)
    producer.on(name, (event: unknown) => events.push(event))
  for (let line = 0; line < LINES; line++) producer.write(`{"n":${line}}`)
  await clock.advance(2_000)
  const closed = producer.close({ timeoutMs: 1_000 })
  await clock.advance(1_000)
  await closed
  const { written, delivered, rejected, dropped, spooled, buffered } = producer.stats()
  expect(written === LINES && buffered === 0, 'a closed producer holds nothing')
  expect(written === delivered + rejected + dropped + spooled, 'the books balance')
  expect(requests > 0 && requests < 200, `${requests} requests for ${LINES} lines`)
  return { told: inspect([events, producer, producer.stats()], { depth: 9, maxStringLength: null }), printed }
}
