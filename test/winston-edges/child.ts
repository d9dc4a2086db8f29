/** Runs the application of this folder. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { DisTransportOptions } from 'winston-dis'
import { within } from './edges.ts'

const APP = new URL('app.mjs', import.meta.url).pathname

interface AppOptions {
  readonly scenario: string
  readonly options: DisTransportOptions
  readonly second?: DisTransportOptions
  readonly lines?: number
  readonly pad?: number
}

/** What an application said, and how it ended. */
export interface AppRun {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** Whether lines waited in winston's streams, where the scenario wants that. */
  readonly wasHeld: boolean
  readonly tookMs: number
}

export interface App {
  /** Resolves when `test` is true for what it has printed. */
  printed(test: (stdout: string) => boolean): Promise<void>
  /** Lets it go on. */
  proceed(): void
  /** Fails if it does not end within `ms`. */
  ended(ms: number): Promise<AppRun>
}

/** Starts it; it is gone after the test. */
export function startApp(app: AppOptions): App {
  const startedAt = performance.now()
  const child = fork(APP, [JSON.stringify(app)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  let wasHeld = false
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.on('message', (message: { readonly held?: boolean }) => {
    wasHeld ||= message.held === true
  })
  let look = () => {}
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    look()
  })
  const closed = once(child, 'close').then(([code, signal]): AppRun => {
    return { code, signal, stdout, stderr, wasHeld, tookMs: performance.now() - startedAt }
  })
  return {
    printed: (test) =>
      new Promise((resolve) => {
        look = () => {
          if (test(stdout)) resolve()
        }
        look()
      }),
    proceed: () => void child.send('proceed'),
    ended: (ms) => within(ms, 'the application does not end', closed)
  }
}

/** Log lines that stderr says are lost. */
export function toldLines(stderr: string): number {
  const told = stderr.matchAll(/^\[dis-logs\].*?(\d+) log lines?/gm)
  return [...told].reduce((sum, [, lines]) => sum + Number(lines), 0)
}
