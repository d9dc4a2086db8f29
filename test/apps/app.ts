import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'

const STREAM = 'app-logs'

/** How an application ended. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** A recipe that runs in a process of its own, and logs without a pause. */
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

export function startLocalDis(faults: Fault[] = []): Promise<LocalDis> {
  return createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false, faults })
}

/** Starts a file of recipes/. It finds the service by its environment, as an application does that is deployed. */
export function startRecipe(name: string, dis: LocalDis, env: NodeJS.ProcessEnv = {}): App {
  const child = spawn(process.execPath, [new URL(`recipes/${name}`, import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      DIS_ENDPOINT: dis.url,
      DIS_PROJECT_ID: '0123456789abcdef0123456789abcdef',
      DIS_STREAM_NAME: STREAM,
      HUAWEICLOUD_SDK_AK: 'FAKE-ACCESS-KEY',
      HUAWEICLOUD_SDK_SK: 'fake-secret-key',
      PORT: '0',
      ...env
    }
  })
  const logged: string[] = []
  const values = new Map<string, string[]>()
  const listeners = new Set<() => void>()
  const output = createInterface({ input: child.stdout })
  output.on('line', (line) => {
    const [name = '', value = ''] = line.split(' ')
    if (name === 'logged') logged.push(value)
    else values.set(name, [...(values.get(name) ?? []), value])
    for (const listener of listeners) listener()
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = Promise.all([once(child, 'close'), once(output, 'close')]).then(
    ([[code, signal]]): End => ({ code, signal, stderr })
  )
  function until<Value>(look: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const listener = () => {
        const value = look()
        if (value === undefined) return
        listeners.delete(listener)
        resolve(value)
      }
      listeners.add(listener)
      listener()
      void ended.then((end) => reject(new Error(`${name} ended too early: ${JSON.stringify(end)}`)))
    })
  }
  return {
    process: child,
    logged,
    told: (name) => until(() => values.get(name)?.shift()),
    hasLogged: (lines) => until(() => (logged.length >= lines ? true : undefined)).then(() => {}),
    ended
  }
}

/** Lines that have arrived. */
export async function arrivedLines(dis: LocalDis): Promise<Readonly<Record<string, unknown>>[]> {
  const records = await dis.records(STREAM)
  return records.map(({ data }): Record<string, unknown> => JSON.parse(data.toString('utf8')))
}

/** Ids of lines that were logged and have not arrived. */
export async function missingLines(dis: LocalDis, app: Pick<App, 'logged'>): Promise<string[]> {
  const arrived = new Set((await arrivedLines(dis)).map(({ id }) => id))
  return app.logged.filter((id) => !arrived.has(id))
}
