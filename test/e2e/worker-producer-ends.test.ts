import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createProducer, type DisOptions } from '@dis-logs/core'
import { createWorkerProducer } from '@dis-logs/core/worker'
import { createLocalDis, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../leaving/child.ts'
import { arrivals, compare, optionsFor, STREAM } from './arrivals.ts'

const APP = new URL('worker-app.mjs', import.meta.url).pathname
const STUCK = new URL('stuck-thread.cjs', import.meta.url).pathname
const LINES = 100

afterEach(() => vi.restoreAllMocks())

async function start(options: Partial<LocalDisOptions> = {}): Promise<LocalDis> {
  const streams = [{ name: STREAM, partitions: 3 }]
  const dis = await createLocalDis({ port: 0, streams, limits: false, ...options })
  onTestFinished(() => dis.close())
  return dis
}

function folder(): string {
  const made = temporaryFolder()
  onTestFinished(() => made.remove())
  return made.path
}

interface Run {
  readonly code: number | null
  readonly stderr: string
  /** What it has printed. */
  readonly said: readonly Readonly<Record<string, unknown>>[]
  readonly tookMs: number
}

async function run(scenario: string, options: readonly DisOptions[], lines: number, env = {}): Promise<Run> {
  const since = performance.now()
  const child = fork(APP, [JSON.stringify({ scenario, options, lines })], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env }
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const [code] = await once(child, 'close')
  const said = stdout.split('\n').filter(Boolean)
  return { code, stderr, said: said.map((text) => JSON.parse(text)), tookMs: performance.now() - since }
}

/** What the next start finds in the spool, and sends. */
async function sendSpool(dis: LocalDis, options: DisOptions): Promise<void> {
  await dis.faults.clear()
  await createProducer(options).close({ timeoutMs: 20_000 })
}

describe.each([
  ['in this thread', createProducer],
  ['in a thread of its own', createWorkerProducer]
])('a producer %s', (_, create) => {
  it('waits for ever where that is what the caller wants', async () => {
    const dis = await start({ faults: [{ kind: 'slow', delayMs: 100 }] })
    const producer = create(optionsFor(dis))
    producer.write('{"n":0}')
    expect(await producer.flush({ timeoutMs: Number.POSITIVE_INFINITY })).toMatchObject({ delivered: 1 })
    producer.write('{"n":1}')
    expect(await producer.close({ timeoutMs: Number.POSITIVE_INFINITY })).toMatchObject({ delivered: 2 })
  })

  it('saves every line in the spool, however short the time to close', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const dis = await start({ faults: [{ kind: 'hang' }] })
    // Ten times what fits between two threads, so that some of it is on either side when the time is over.
    const count = 800
    const pad = 'x'.repeat(50_000)
    const options = { ...optionsFor(dis), spool: { dir: folder() }, batch: { lingerMs: 5 } }
    const producer = create(options)
    producer.write('{"n":0}')
    await producer.flush({ timeoutMs: 500 })
    for (let n = 1; n < count; n++) producer.write(JSON.stringify({ n, pad }))
    const report = await producer.close({ timeoutMs: 3 })
    expect(report).toMatchObject({ spooled: count, dropped: 0, pending: 0 })
    await sendSpool(dis, options)
    expect(compare(await arrivals(dis), count)).toEqual({ missing: [], repeated: [] })
  })
})

describe('a producer in a thread of its own', () => {
  it('counts a line once that its thread has put on disk and the producer in its place has sent', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const dis = await start({ faults: [{ kind: 'hang' }] })
    const started = once(process, 'worker')
    const producer = createWorkerProducer({ ...optionsFor(dis), spool: { dir: folder(), mode: 'always' } })
    const [thread] = await started
    for (let n = 0; n < LINES; n++) producer.write(`{"n":${n}}`)
    await vi.waitFor(() => expect(producer.stats().spooled).toBe(LINES), 5_000)
    await thread.terminate()
    await dis.faults.clear()
    for (let n = LINES; n < 2 * LINES; n++) producer.write(`{"n":${n}}`)
    expect(await producer.close({ timeoutMs: 20_000 })).toMatchObject({ delivered: 2 * LINES, spooled: 0 })
    expect(producer.stats()).toMatchObject({ written: 2 * LINES, recovered: 0, buffered: 0 })
  })

  it('ends a flush without a limit when a close gives its stuck thread up', async () => {
    const dis = await start({ faults: [{ kind: 'hang' }] })
    const env = { NODE_OPTIONS: `--require ${STUCK}`, STUCK_FILE: join(folder(), 'stuck') }
    const { code, said } = await run('flush and close beside a stuck thread', [optionsFor(dis)], 10, env)
    const report = { delivered: 0, rejected: 0, dropped: 10, spooled: 0, pending: 0 }
    expect({ code, said }).toEqual({ code: 0, said: [[report, report]] })
  }, 20_000)
})

describe('a process with a producer in a thread', () => {
  it('says what it loses, and saves the rest, if it exits before it hears that the thread is dead', async () => {
    const dis = await start()
    const spooling = { ...optionsFor(dis), spool: { dir: folder() } }
    const [bare, safe] = await Promise.all([
      run('exit beside a dead thread', [optionsFor(dis)], LINES),
      run('exit beside a dead thread', [spooling], LINES)
    ])
    expect(bare.stderr).toMatch(new RegExp(`\\] WORKER: [^]* ${LINES} log lines dropped`))
    expect(safe.stderr).not.toMatch(/dropped/)
    await sendSpool(dis, spooling)
    expect(compare(await arrivals(dis), LINES)).toEqual({ missing: [], repeated: [] })
  })

  it('counts a line that comes after its end, and says so', async () => {
    const dis = await start()
    const { said, stderr } = await run('a line in an exit handler', [optionsFor(dis)], LINES)
    expect(said).toMatchObject([{ written: LINES + 1, dropped: 1 }])
    expect(stderr).toMatch(/1 log line dropped: they were written after close/)
    expect(compare(await arrivals(dis), LINES).missing).toEqual([])
  })

  it('ends, although a listener writes a line at each drain', async () => {
    const dis = await start()
    const { code } = await run('a listener that writes at each drain', [optionsFor(dis)], LINES)
    expect(code).toBe(0)
    expect(compare((await arrivals(dis)).slice(0, LINES), LINES).missing).toEqual([])
  })

  it('lets a writer wait, also if it does nothing else', async () => {
    const dis = await start({ faults: [{ kind: 'slow', delayMs: 20 }] })
    const options = { ...optionsFor(dis), buffer: { maxBytes: 2_097_152 }, batch: { lingerMs: 5 } }
    const { said } = await run('a writer who waits', [options], 4_000)
    const [{ waits, most } = {}] = said
    // Ring, chunks and buffer: 4 + 4 + 2 MiB. All lines are 40 MB.
    expect(most).toBeLessThan(14_000_000)
    expect(waits).toBeGreaterThan(0)
    expect(compare(await arrivals(dis), 4_000)).toEqual({ missing: [], repeated: [] })
  })

  it('waits once, not twice, for a service that hangs while a writer waits', async () => {
    const dis = await start({ faults: [{ kind: 'hang' }] })
    const options = { ...optionsFor(dis), buffer: { maxBytes: 1_048_576 }, closeTimeoutMs: 4_000 }
    const { tookMs, stderr } = await run('a writer who waits', [options], 4_000)
    expect(stderr).toMatch(/\d{3,} log lines dropped: they could not be sent before the end/)
    expect(tookMs).toBeLessThan(7_500)
  }, 30_000)

  it('waits for its threads together, not for one after another', async () => {
    const dis = await start({ faults: [{ kind: 'hang' }] })
    const one = { ...optionsFor(dis), closeTimeoutMs: 3_000 }
    const { tookMs, stderr } = await run('exit', [one, one, one, one], 10)
    expect(stderr.match(/10 log lines dropped/g)).toHaveLength(4)
    expect(tookMs).toBeLessThan(9_000)
  }, 20_000)
})
