/** What the tests of winston's edges share: a service in trouble, a logger that it holds up, and the books. */
import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { Stats } from '@dis-logs/core'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import { expect, onTestFinished, vi } from 'vitest'
import winston from 'winston'
import { DisTransport, type DisTransportOptions } from 'winston-dis'
import { type Arrival, arrivals, optionsFor, STREAM } from '../e2e/arrivals.ts'

/** More lines than any buffer between a logger and a service takes, if they have the size of {@link padding}. */
export const LINES = 400
/** A `closeTimeoutMs` that a test can wait for. */
export const CLOSE_MS = 500
/** What `finish` may take beyond `closeTimeoutMs`, and as much again for a busy machine. */
const FINISH_GRACE_MS = 2_500

/** Fails with `what` instead of waiting for ever. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${ms} ms: ${what}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A local DIS that is gone after the test. */
export async function startDis(faults: Fault[] = []): Promise<LocalDis> {
  const dis = await createLocalDis({
    port: 0,
    streams: [{ name: STREAM, partitions: 1 }],
    limits: false,
    faults
  })
  onTestFinished(() => dis.close())
  return dis
}

/** A transport whose events are kept. */
export interface Watched {
  readonly dis: DisTransport
  /** Events as `[name, payload]`. */
  readonly events: (readonly [string, Readonly<Record<string, unknown>>])[]
}

/** Made in the test, closed after it at the latest. Retries and lingers briefly, so that a test takes no longer than its service. */
export function transportFor(server: LocalDis, options: DisTransportOptions = {}): Watched {
  const dis = new DisTransport({
    ...optionsFor(server),
    batch: { lingerMs: 5 },
    retry: { baseMs: 5, maxMs: 40 },
    ...options
  })
  onTestFinished(() => dis.close())
  const events: Watched['events'] = []
  for (const name of ['rejected', 'dropped', 'stats', 'warning'])
    dis.on(name, (event: Record<string, unknown>) => events.push([name, event]))
  return { dis, events }
}

/** Options with which {@link LINES} lines of {@link padding} do not fit between a logger and the service. */
export function smallBuffer(worker: boolean): DisTransportOptions {
  return { worker, buffer: { maxBytes: worker ? 1_048_576 : 65_536, onFull: 'block' } }
}

/** 32 MB over all lines with a worker, because up to 20 MiB fit between the threads; 400 KB in the process. */
export function padding(worker: boolean): string {
  return 'x'.repeat(worker ? 80_000 : 1_000)
}

/** Logs lines `from` … `to` - 1 without a break, so that nothing is delivered between them. */
export function logLines(logger: winston.Logger, from: number, to: number, pad = ''): void {
  for (let n = from; n < to; n++) logger.info('a line', { n, pad })
}

/** Logs {@link LINES} lines, and makes sure that some of them wait in the streams of the logger. */
export function logUntilHeld(logger: winston.Logger, worker: boolean): void {
  logLines(logger, 0, LINES, padding(worker))
  expect(logger.writableLength, 'the logger is not held up, so the test tests nothing').toBeGreaterThan(0)
}

/** Ends the logger; fails if its `finish` does not come in time. */
export async function end(logger: winston.Logger, closeMs = CLOSE_MS): Promise<void> {
  const finished = once(logger, 'finish')
  logger.end()
  await within(closeMs + FINISH_GRACE_MS, `no 'finish' of the logger`, finished)
}

/** Fails unless every one of `lines` lines is in the counters, and none waits any more. */
export function expectBooks(stats: Stats, lines: number): void {
  const { written, delivered, rejected, dropped, spooled, buffered } = stats
  expect({ written, settled: delivered + rejected + dropped + spooled, buffered }).toEqual({
    written: lines,
    settled: lines,
    buffered: 0
  })
}

/** Lines in `dropped` events, those with `reason` if one is given. */
export function droppedIn({ events }: Watched, reason?: string): number {
  return events
    .filter(([name, event]) => name === 'dropped' && (reason === undefined || event['reason'] === reason))
    .reduce((sum, [, event]) => sum + Number(event['lines']), 0)
}

/** Numbers of the lines that arrived, sorted; a notice about dropped lines has none. */
export async function numbers(server: LocalDis): Promise<number[]> {
  const arrived: Arrival[] = await arrivals(server)
  return arrived
    .map(({ n }) => n)
    .filter((n) => !Number.isNaN(n))
    .sort((a, b) => a - b)
}

/** 0 … `count` - 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}

/** What arrived, as text. */
export async function texts(server: LocalDis): Promise<string[]> {
  return (await server.records(STREAM)).map(({ data }) => data.toString())
}

/** A transport beside ours that keeps what it gets. */
export function witness(): {
  readonly transport: InstanceType<typeof winston.transports.Stream>
  readonly seen: unknown[]
} {
  const seen: unknown[] = []
  const stream = new Writable({
    objectMode: true,
    write(chunk, _, done) {
      seen.push(chunk)
      done()
    }
  })
  return { transport: new winston.transports.Stream({ stream }), seen }
}

/** Keeps what this process writes on stderr during the test from the terminal. */
export function captureStderr(): () => string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => write.mockRestore())
  return () => write.mock.calls.map(([text]) => String(text)).join('')
}
