import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DisOptions } from '@dis-logs/core'

const APP = new URL('app.mjs', import.meta.url).pathname

export type Framework = 'pino' | 'winston' | 'winston in-process' | 'core'

export interface AppOptions {
  readonly framework: Framework
  readonly options: DisOptions
  readonly lines: number
  readonly ending: string
  readonly batchOf?: number
}

/** What an application said before it ended, and how it ended. */
export interface Run {
  readonly messages: readonly Readonly<Record<string, unknown>>[]
  readonly code: number | null
  readonly signal: string | null
  readonly stderr: string
  /** From start to end. */
  readonly tookMs: number
}

export interface RunningApp {
  readonly pid: number
  /** The next message that has the field. */
  said(field: string): Promise<Readonly<Record<string, unknown>>>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Run>
}

/** Starts an application in a process of its own. */
export function startApp(app: AppOptions): RunningApp {
  const startedAt = performance.now()
  const child = fork(APP, [JSON.stringify(app)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const messages: Readonly<Record<string, unknown>>[] = []
  const waiting: { readonly field: string; readonly resolve: (message: Record<string, unknown>) => void }[] =
    []
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.on('message', (message: Record<string, unknown>) => {
    messages.push(message)
    const index = waiting.findIndex(({ field }) => field in message)
    if (index >= 0) waiting.splice(index, 1)[0]?.resolve(message)
  })
  const ended = once(child, 'close').then(([code, signal]) => ({
    messages,
    code,
    signal,
    stderr,
    tookMs: performance.now() - startedAt
  }))
  return {
    pid: child.pid ?? 0,
    said: (field) =>
      new Promise((resolve, reject) => {
        waiting.push({ field, resolve })
        void ended.then((run) =>
          reject(new Error(`it ended without saying ${field}: ${JSON.stringify(run)}`))
        )
      }),
    kill: (signal) => void child.kill(signal),
    ended
  }
}

/** Runs an application to its end. */
export function runApp(app: AppOptions): Promise<Run> {
  return startApp(app).ended
}

/** Starts again after the end of another process, with nothing new to say: sends what is in the spool. */
export function recover(options: DisOptions): Promise<Run> {
  // With time enough for whatever the other process has left.
  return runApp({
    framework: 'core',
    options: { ...options, closeTimeoutMs: 60_000 },
    lines: 0,
    ending: 'end'
  })
}

/** A folder that is gone at the end. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'dis-logs-spool-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Files below a folder. */
export function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
}
