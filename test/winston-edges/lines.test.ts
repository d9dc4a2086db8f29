import type { LocalDis } from '@dis-logs/local'
import { describe, expect, it } from 'vitest'
import winston from 'winston'
import { end, expectBooks, startDis, texts, transportFor, within } from './edges.ts'

const MESSAGE = Symbol.for('message')

/** A format that makes no message, as `timestamp()` alone does. */
const plain = winston.format((info) => info)()

const circular: Record<string, unknown> = { kept: 'kept' }
circular['self'] = circular

function no(): never {
  throw new Error('no')
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** A getter that throws; spreading an object would call it. */
const withGetter = Object.defineProperty({ kept: 'kept' }, 'bad', { get: no, enumerable: true })

/** Fields that JSON cannot hold, and what of the line must arrive all the same, besides its message. */
const FIELDS: readonly { readonly what: string; readonly fields: object; readonly kept: string[] }[] = [
  { what: 'a BigInt', fields: { big: 12_345_678_901_234_567_890n }, kept: ['12345678901234567890'] },
  { what: 'a BigInt deep inside', fields: { deep: [{ big: [7_654_321n] }] }, kept: ['7654321'] },
  { what: 'a field that leads back to itself', fields: { circular, last: 'last' }, kept: ['kept', 'last'] },
  { what: 'a getter that throws', fields: withGetter, kept: ['kept'] },
  { what: 'a getter that throws, deep inside', fields: { deep: withGetter, last: 'last' }, kept: ['last'] },
  { what: 'a toJSON that throws', fields: { bad: { toJSON: no }, last: 'last' }, kept: ['last'] },
  { what: 'a toJSON of its own that throws', fields: { toJSON: no }, kept: [] },
  { what: 'a toJSON of its own without a result', fields: { toJSON: () => undefined }, kept: [] },
  { what: 'a Symbol', fields: { symbol: Symbol('s'), last: 'last' }, kept: ['last'] },
  { what: 'undefined', fields: { nothing: undefined, last: 'last' }, kept: ['last'] },
  { what: 'a function', fields: { call: () => 1, last: 'last' }, kept: ['last'] },
  { what: 'a Map', fields: { map: new Map([['key', 'value']]), last: 'last' }, kept: ['last'] },
  { what: 'an Error', fields: { error: new Error('boom'), last: 'last' }, kept: ['last'] },
  { what: 'a date that is none', fields: { date: new Date(Number.NaN), last: 'last' }, kept: ['last'] },
  { what: 'a proxy that is revoked', fields: { proxy: revoked(), last: 'last' }, kept: ['last'] },
  { what: 'a formatted message that is no text', fields: { [MESSAGE]: 42, last: 'last' }, kept: ['last'] },
  { what: 'a getter as formatted message', fields: Object.defineProperty({}, MESSAGE, { get: no }), kept: [] }
]

/** What is no info at all, and the line that it is. */
const INFOS: readonly { readonly what: string; readonly info: unknown; readonly line: string }[] = [
  { what: 'a string', info: 'only text', line: 'only text' },
  { what: 'null', info: null, line: 'null' },
  { what: 'a number', info: 42, line: '42' },
  { what: 'a BigInt', info: 42n, line: '42' },
  { what: 'false', info: false, line: 'false' },
  { what: 'a Symbol', info: Symbol('some'), line: 'Symbol(some)' }
]

/** What gives no line, or an odd one. */
const ODD: readonly { readonly what: string; readonly info: unknown }[] = [
  { what: 'undefined', info: undefined },
  { what: 'a function', info: () => 1 },
  { what: 'a proxy that is revoked', info: revoked() },
  { what: 'an object without a prototype', info: Object.create(null) }
]

/** Logs one info for each of the `cases` and a last line, and ends. */
async function logFields(server: LocalDis, cases: typeof FIELDS, worker: boolean): Promise<void> {
  const watched = transportFor(server, { worker })
  const logger = winston.createLogger({ format: plain, transports: [watched.dis] })
  for (const { what, fields } of cases) {
    const info = { level: 'info', message: `with ${what}` }
    const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(fields)
    expect(() => logger.log(Object.defineProperties(info, descriptors))).not.toThrow()
  }
  logger.info('the last line')
  await end(logger, 8_000)
  const count = cases.length + 1
  expect(watched.dis.stats()).toMatchObject({ written: count, delivered: count, dropped: 0 })
  expect(watched.events).toEqual([])
}

describe('a line that JSON cannot hold', () => {
  it.each(FIELDS)('is shipped with what can be, and counted: $what', async (one) => {
    const server = await startDis()
    await logFields(server, [one], false)
    const [line = '', last = ''] = await texts(server)
    for (const text of [`with ${one.what}`, ...one.kept]) expect(line).toContain(text)
    expect(last).toContain('the last line')
  })

  it('is shipped through the worker, too', async () => {
    const server = await startDis()
    await logFields(server, FIELDS, true)
    const all = await texts(server)
    expect(all).toHaveLength(FIELDS.length + 1)
    for (const { what } of FIELDS) expect(all.join('\n')).toContain(`with ${what}`)
  })

  it('is shipped from behind a full buffer, too', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const buffer = { maxBytes: 65_536 }
    const { dis } = transportFor(server, { worker: false, buffer, closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ format: plain, transports: [dis] })
    const pad = 'x'.repeat(1_000)
    for (let n = 0; n < 400; n++) logger.log({ level: 'info', message: 'm', big: BigInt(n), pad })
    expect(logger.writableLength, 'no line waits: were they counted?').toBeGreaterThan(0)
    await end(logger, 10_000)
    expect(dis.stats()).toMatchObject({ written: 400, delivered: 400 })
    expect(await texts(server)).toHaveLength(400)
  })
})

describe('what is no info', () => {
  it.each(INFOS)('is a line: $what', async ({ info, line }) => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false })
    await within(2_000, 'no callback', new Promise<void>((next) => dis.log(info, next)))
    await dis.flush()
    expectBooks(dis.stats(), 1)
    expect(await texts(server)).toEqual([line])
  })

  it.each(ODD)('neither throws nor stops anything: $what', async ({ info }) => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false })
    await within(2_000, 'no callback', new Promise<void>((next) => dis.log(info, next)))
    dis.log({ [MESSAGE]: 'the next line' }, () => {})
    await dis.flush()
    const stats = dis.stats()
    expectBooks(stats, stats.written)
    const arrived = await texts(server)
    expect(arrived).toHaveLength(stats.written)
    expect(arrived).toContain('the next line')
  })
})

describe('an Error as the info', () => {
  it('keeps its message where no format makes one', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false })
    winston.createLogger({ format: plain, transports: [dis] }).error(new Error('boom'))
    await dis.flush()
    expect((await texts(server)).join()).toContain('boom')
  })

  it('keeps message and stack with the format of the recipe', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false })
    const { combine, errors, json } = winston.format
    const format = combine(errors({ stack: true }), json())
    winston.createLogger({ format, transports: [dis] }).error(new Error('boom'))
    await dis.flush()
    const [line = ''] = await texts(server)
    expect(JSON.parse(line)).toMatchObject({ message: 'boom', stack: expect.stringContaining('lines.test') })
  })
})
