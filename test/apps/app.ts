import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer, inspectSpool } from '@dis-logs/core'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'

const STREAM = 'app-logs'
const PROJECT = '0123456789abcdef0123456789abcdef'
const CREDENTIALS = { accessKey: 'FAKE-ACCESS-KEY', secretKey: 'fake-secret-key' }
/** What docs/frameworks.md gives a pod between SIGTERM and SIGKILL. */
export const GRACE_MS = 15_000

/** How an application ended. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** An application that runs in a process of its own, and logs. */
export interface App {
  readonly process: ChildProcess
  /** Ids of the lines whose log call has returned. */
  readonly logged: readonly string[]
  /** Resolves with the value of the next thing told under that name. */
  told(name: string): Promise<string>
  /** Resolves when so many lines are logged. */
  hasLogged(lines: number): Promise<void>
  readonly ended: Promise<End>
}

/** A service, a folder for a spool, and what is left of both in the end. */
export interface Site {
  readonly dis: LocalDis
  readonly folder: string
  /** Starts a file of this folder. It finds everything by its environment, as an application does that is deployed. */
  start(file: string, ...args: string[]): App
  /** Lines that have arrived. */
  arrived(): Promise<Readonly<Record<string, unknown>>[]>
  /** Resolves when lines are in the spool: before, they wait for the transport's thread, and end with the process. */
  spooled(): Promise<void>
  /** Ids of lines that were logged and have not arrived. */
  missing(app: App): Promise<string[]>
  /** The service works again, and the next start sends what is in the spool. Resolves with the files that are left. */
  recover(): Promise<string[]>
  close(): Promise<void>
}

export async function openSite(faults: Fault[]): Promise<Site> {
  const dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false, faults })
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-apps-'))
  const apps: App[] = []
  const arrived = async () => {
    const records = await dis.records(STREAM)
    return records.map(({ data }): Record<string, unknown> => JSON.parse(data.toString('utf8')))
  }
  return {
    dis,
    folder,
    arrived,
    start: (file, ...args) => {
      const app = startApp([file, ...args], {
        DIS_ENDPOINT: dis.url,
        DIS_PROJECT_ID: PROJECT,
        HUAWEICLOUD_SDK_AK: CREDENTIALS.accessKey,
        HUAWEICLOUD_SDK_SK: CREDENTIALS.secretKey,
        SPOOL_DIR: folder,
        HOST: '127.0.0.1',
        PORT: '0'
      })
      apps.push(app)
      return app
    },
    spooled: async () => {
      while ((await inspectSpool(folder)).parts.every(({ lines }) => lines === 0)) await sleep(20)
    },
    missing: async ({ logged }) => {
      const ids = new Set((await arrived()).map(({ id }) => id))
      return logged.filter((id) => !ids.has(id))
    },
    recover: async () => {
      await dis.faults.clear()
      const producer = createProducer({
        endpoint: dis.url,
        projectId: PROJECT,
        streamName: STREAM,
        credentials: CREDENTIALS,
        spool: { dir: folder }
      })
      await producer.close({ timeoutMs: 20_000 })
      // A lock is a socket.
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
    },
    close: async () => {
      // After a failure it may still run.
      for (const app of apps) app.process.kill('SIGKILL')
      await dis.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function startApp([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): App {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env }
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('it was started with pipes')
  const logged: string[] = []
  const values = new Map<string, string[]>()
  const watchers = new Set<() => void>()
  const output = createInterface({ input: stdout })
  output.on('line', (line) => {
    const [name = '', value = ''] = line.split(' ')
    if (name === 'logged') logged.push(value)
    else values.set(name, [...(values.get(name) ?? []), value])
    for (const watcher of watchers) watcher()
  })
  let errors = ''
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = Promise.all([once(child, 'close'), once(output, 'close')]).then(
    ([[code, signal]]): End => ({ code, signal, stderr: errors })
  )
  function until<Value>(look: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        const value = look()
        if (value === undefined) return
        watchers.delete(watcher)
        resolve(value)
      }
      watchers.add(watcher)
      watcher()
      void ended.then((end) => reject(new Error(`${file} ended too early: ${JSON.stringify(end)}`)))
    })
  }
  return {
    process: child,
    logged,
    told: (name) => until(() => values.get(name)?.shift()),
    hasLogged: async (lines) => void (await until(() => (logged.length >= lines ? true : undefined))),
    ended
  }
}

/** Ends an application as Kubernetes, PM2 and others do: asks it to, and kills it if it is not gone in time. */
export async function stop(
  app: App,
  ask: () => void,
  { graceMs = GRACE_MS, lastSignal = 'SIGKILL' }: { graceMs?: number; lastSignal?: NodeJS.Signals } = {}
): Promise<End> {
  ask()
  const timer = setTimeout(() => app.process.kill(lastSignal), graceMs)
  const end = await app.ended
  clearTimeout(timer)
  return end
}

/** A request that the application answers when it is told to end. */
export async function openRequest(app: App): Promise<{ readonly answer: Promise<string> }> {
  const port = await app.told('port')
  const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text())
  await app.told('request')
  return { answer }
}
