import { type ChildProcess, spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LocalDisOptions, LocalDisStats } from '@dis-logs/local'
import { afterEach } from 'vitest'

export const PROJECT = '0123456789abcdef0123456789abcdef'
export const STREAM = 'app-logs'
export const MEBIBYTE = 1_048_576

interface Measure {
  readonly rss: number
  readonly stats: LocalDisStats
}

/** A local DIS in a process of its own. */
export interface Victim {
  readonly port: number
  /** MiB of memory that the process has more than at its start, and the counters of the server. */
  measure(): Promise<{ readonly grownMiB: number; readonly stats: LocalDisStats }>
}

const children: ChildProcess[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts one with a stream of three partitions; ended after the test. */
export async function victim(options: LocalDisOptions = {}): Promise<Victim> {
  const all = { streams: [{ name: STREAM, partitions: 3 }], limits: false, ...options }
  const script = fileURLToPath(new URL('victim.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(all)], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the local DIS died')
    return JSON.parse(value)
  }
  const { port, rss }: { port: number; rss: number } = await next()
  return {
    port,
    async measure() {
      child.stdin.write('measure\n')
      const now: Measure = await next()
      return { grownMiB: Math.round((now.rss - rss) / MEBIBYTE), stats: now.stats }
    }
  }
}

/** A connection that stays open until the end of the test. */
export function open(port: number, first: string | Buffer): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.write(first)
  socket.on('error', () => {})
  sockets.push(socket)
  return socket
}

/** The head of a POST to the records. */
export function postHead(length: number, headers: readonly string[] = []): string {
  const own = ['Host: localhost', `Content-Length: ${length}`, ...headers, '', '']
  return [`POST /v2/${PROJECT}/records HTTP/1.1`, ...own].join('\r\n')
}

/** One HTTP call. */
export async function call(
  { port }: Victim,
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Readonly<Record<string, string>> = {}
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/v2/${PROJECT}/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body })
  })
  return { status: response.status, text: await response.text() }
}

/** How long something takes, in milliseconds, with what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<readonly [number, T]> {
  const startedMs = performance.now()
  const value = await work()
  return [performance.now() - startedMs, value]
}
