/** A local DIS with lines in it, and programs beside it that read them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Credentials, createProducer, type DisOptions } from '@dis-logs/core'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'

const STREAM = 'app-logs'
const PROJECT = '0123456789abcdef0123456789abcdef'

export interface Program {
  readonly process: ChildProcess
  /** Lines that it has printed so far. */
  readonly printed: readonly string[]
  /** Resolves when it has printed so many. */
  hasPrinted(lines: number): Promise<void>
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

export interface Site {
  readonly dis: LocalDis
  readonly folder: string
  /** Where a producer or a reader in this process finds it. */
  readonly place: { endpoint: string; projectId: string; streamName: string; credentials: Credentials }
  /** Ships lines with a `msg` each. */
  ship(messages: readonly string[], options?: DisOptions): Promise<void>
  /** Starts a file. It finds everything by its environment. */
  start(file: string, env?: NodeJS.ProcessEnv): Program
  close(): Promise<void>
}

export async function openSite(faults: Fault[] = []): Promise<Site> {
  const dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 2 }], limits: false, faults })
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-consumers-'))
  const programs: Program[] = []
  const place = {
    endpoint: dis.url,
    projectId: PROJECT,
    streamName: STREAM,
    credentials: { accessKey: 'FAKE-ACCESS-KEY', secretKey: 'fake-secret-key' }
  }
  return {
    dis,
    folder,
    place,
    async ship(messages, options = {}) {
      const producer = createProducer({ ...place, retry: { baseMs: 1, maxMs: 5 }, ...options })
      for (const [n, msg] of messages.entries())
        producer.write(JSON.stringify({ hostname: `h${n % 5}`, msg }))
      await producer.close()
    },
    start(file, env = {}) {
      const program = run(file, {
        DIS_ENDPOINT: dis.url,
        DIS_PROJECT_ID: PROJECT,
        DIS_STREAM_NAME: STREAM,
        HUAWEICLOUD_SDK_AK: place.credentials.accessKey,
        HUAWEICLOUD_SDK_SK: place.credentials.secretKey,
        PLACES: join(folder, 'places.json'),
        ...env
      })
      programs.push(program)
      return program
    },
    async close() {
      // After a failure it may still run.
      for (const { process } of programs) process.kill('SIGKILL')
      await dis.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function run(file: string, env: NodeJS.ProcessEnv): Program {
  const { VITEST: _, ...own } = process.env
  // What an example asks for is installed here: by this variable `require` finds it from any folder.
  const NODE_PATH = join(import.meta.dirname, 'node_modules')
  const child = spawn(process.execPath, [file], { env: { ...own, NODE_PATH, ...env }, stdio: 'pipe' })
  const printed: string[] = []
  const waiting = new Set<() => void>()
  let rest = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    printed.push(...lines)
    for (const look of waiting) look()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, stderr }))
  return {
    process: child,
    printed,
    ended,
    hasPrinted(count) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (printed.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        void ended.then((end) =>
          reject(new Error(`it has printed ${printed.length} of ${count}: ${JSON.stringify(end)}`))
        )
        look()
      })
    }
  }
}
