import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { DisOptions } from '@dis-logs/core'

export type Version = 'pino' | 'pino-9'

export const ARRANGEMENTS = [
  'target',
  'targets',
  'pipeline',
  'pipeline among targets',
  'multistream',
  'disStream'
] as const

export interface App {
  readonly version: Version
  readonly arrangement: (typeof ARRANGEMENTS)[number]
  readonly options: DisOptions
  readonly lines: number
  readonly ending: string
  /** Text in each line, to make it long. */
  readonly pad?: string
  /** Options of the thread. */
  readonly worker?: Readonly<Record<string, unknown>>
}

/** What an application said before it ended, and how it ended. */
export interface Run {
  readonly messages: readonly Readonly<Record<string, unknown>>[]
  readonly code: number | null
  readonly stderr: string
  readonly tookMs: number
}

/** Runs an application in a process of its own, to its end. */
export async function run(app: App): Promise<Run> {
  const startedAt = performance.now()
  const file = new URL('app.mjs', import.meta.url).pathname
  const child = fork(file, [JSON.stringify(app)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc']
  })
  const messages: Readonly<Record<string, unknown>>[] = []
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.on('message', (message: Record<string, unknown>) => void messages.push(message))
  const [code] = await once(child, 'close')
  return { messages, code, stderr, tookMs: performance.now() - startedAt }
}

/** How many lines stderr says are dropped. */
export function droppedIn(stderr: string): number {
  const counts = [...stderr.matchAll(/\[dis-logs\] (\d+) log lines? dropped/g)]
  return counts.reduce((sum, [, lines]) => sum + Number(lines), 0)
}
