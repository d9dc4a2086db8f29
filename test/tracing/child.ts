/** Runs the applications of this folder against a local DIS. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import type { DisOptions } from 'pino-dis'
import { expect, onTestFinished } from 'vitest'

const STREAM = 'app-logs'
const PROJECT = '0123456789abcdef0123456789abcdef'
const ACCESS_KEY = 'FAKE-ACCESS-KEY'
const SECRET_KEY = 'fake-secret-key'

/** A line that arrived. */
export interface Arrived {
  readonly text: string
  readonly line: Readonly<Record<string, unknown>>
  readonly key: string | null | undefined
  readonly partition: string
}

export interface AppRun {
  readonly arrived: readonly Arrived[]
  /** What the application told, in one message. */
  readonly told: Readonly<Record<string, unknown>>
  /** Lines that had arrived when it told that. */
  readonly arrivedWhenTold: number | undefined
  readonly code: number | null
  readonly stderr: string
}

/** A local DIS that is gone after the test. */
export async function startDis(partitions = 3, faults: Fault[] = []): Promise<LocalDis> {
  const streams = [{ name: STREAM, partitions }]
  const dis = await createLocalDis({ port: 0, streams, limits: false, faults })
  onTestFinished(() => dis.close())
  return dis
}

/** Options that reach it from this process. */
export function targetOf(dis: LocalDis): DisOptions {
  return {
    endpoint: dis.url,
    projectId: PROJECT,
    streamName: STREAM,
    credentials: { accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
    batch: { lingerMs: 0 }
  }
}

/** The key of the only line that arrived. */
export async function keyOf(dis: LocalDis): Promise<unknown> {
  const arrived = await arrivals(dis)
  expect(arrived).toHaveLength(1)
  return arrived[0]?.key
}

/** Runs `node …flags app '{…settings}'` in this folder to its end. Its environment says where its logs go; `env` adds to it. */
export async function runApp(
  dis: LocalDis,
  app: 'app.mjs' | 'app.cjs',
  flags: readonly string[],
  settings: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {}
): Promise<AppRun> {
  const child = fork(app, [JSON.stringify(settings)], {
    cwd: import.meta.dirname,
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      DIS_ENDPOINT: dis.url,
      DIS_PROJECT_ID: PROJECT,
      HUAWEICLOUD_SDK_AK: ACCESS_KEY,
      HUAWEICLOUD_SDK_SK: SECRET_KEY,
      ...env
    }
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  let told: Record<string, unknown> = {}
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  let early: Promise<readonly Arrived[]> | undefined
  child.on('message', (message: Record<string, unknown>) => {
    told = message
    early = arrivals(dis)
  })
  const [code] = await once(child, 'close')
  return {
    arrived: await arrivals(dis),
    told,
    arrivedWhenTold: (await early)?.length,
    code,
    stderr
  }
}

async function arrivals(dis: LocalDis): Promise<Arrived[]> {
  const records = await dis.records(STREAM)
  return records.map(({ data, partitionKey, partitionId }) => {
    const text = data.toString()
    const line: Record<string, unknown> = JSON.parse(text)
    return { text, line, key: partitionKey, partition: partitionId }
  })
}

/** A line that the application logged, and the ids with which it did. */
interface Logged {
  readonly name: string
  readonly traceId: string | null
  readonly spanId: string | null
}

function isLogged(value: unknown): value is Logged {
  return typeof value === 'object' && value !== null && 'name' in value && 'traceId' in value
}

/** What the application says that it logged; fails if that is nothing. */
export function loggedBy({ told: { logged }, stderr }: AppRun): Logged[] {
  expect(logged, stderr).toBeInstanceOf(Array)
  const lines = Array.isArray(logged) ? logged.filter(isLogged) : []
  expect(lines.length).toBeGreaterThan(0)
  return lines
}

/** Fails unless the lines that arrived are those that were logged, each with its ids, or without any. */
export function expectIds(run: AppRun): void {
  const expected = loggedBy(run).map(({ name, traceId, spanId }) => ({
    name,
    ...(traceId === null ? {} : { trace_id: traceId, span_id: spanId, trace_flags: '01' })
  }))
  const arrived = run.arrived.map(({ line }) => {
    const ids = Object.entries(line).filter(([field]) => /^(name|trace_id|span_id|trace_flags)$/.test(field))
    return Object.fromEntries(ids)
  })
  expect(byName(arrived)).toEqual(byName(expected))
}

function byName(lines: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return lines.toSorted((a, b) => String(a['name']).localeCompare(String(b['name'])))
}
