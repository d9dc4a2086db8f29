/** One example in a process of its own, as a user starts it, beside a local DIS. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import { expect, inject, vi } from 'vitest'

export const STREAM = 'app-logs'
const PARTITIONS = 3

type Line = Readonly<Record<string, unknown>>

/** How a program ended, and what it wrote. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that may still run. */
export interface Program {
  readonly process: ChildProcess
  readonly ended: Promise<End>
}

/** A service, and the programs that were started beside it. */
export interface Site {
  readonly dis: LocalDis
  /** A folder for what programs leave. */
  readonly folder: string
  /** Runs a script of the package.json of an example, or of a folder. It finds the service by the environment alone. */
  start(example: string, script?: string, env?: NodeJS.ProcessEnv): Program
  /** Runs it to its end, which has to be a good one. Resolves with what it printed. */
  run(example: string, script?: string, env?: NodeJS.ProcessEnv): Promise<End>
  /** Lines that have arrived. */
  lines(): Promise<Line[]>
  close(): Promise<void>
}

export async function openSite(faults: Fault[] = []): Promise<Site> {
  const dis = await createLocalDis({ streams: [{ name: STREAM, partitions: PARTITIONS }], faults })
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-example-'))
  const programs: Program[] = []
  const start: Site['start'] = (example, script = 'start', env = {}) => {
    const program = startScript(resolve(inject('installed'), example), script, {
      DIS_ENDPOINT: dis.url,
      DIS_PROJECT_ID: '0123456789abcdef0123456789abcdef',
      DIS_STREAM_NAME: STREAM,
      HUAWEICLOUD_SDK_AK: 'FAKE-ACCESS-KEY',
      HUAWEICLOUD_SDK_SK: 'fake-secret-key',
      SPOOL_DIR: join(folder, 'spool'),
      HOST: '127.0.0.1',
      PORT: '0',
      ...env
    })
    programs.push(program)
    return program
  }
  return {
    dis,
    folder,
    start,
    run: async (...what) => {
      const end = await start(...what).ended
      expect(end, `${end.stdout}\n${end.stderr}`).toMatchObject({ code: 0, signal: null })
      return end
    },
    lines: async () => {
      const records = await dis.records(STREAM)
      return records.map(({ data }): Line => JSON.parse(data.toString('utf8')))
    },
    close: async () => {
      // After a failure it may still run.
      for (const { process } of programs) process.kill('SIGKILL')
      await dis.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** What npm would run, without npm and its shell between: they do not pass every signal on. */
function startScript(cwd: string, script: string, env: NodeJS.ProcessEnv): Program {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(cwd, 'package.json'), 'utf8')
  )
  const [command = '', ...args] = scripts[script]?.split(' ') ?? []
  const bins = [join(cwd, 'node_modules/.bin'), join(cwd, '../node_modules/.bin')]
  const PATH = [...bins, process.env['PATH']].join(':')
  const { VITEST: _, NODE_ENV: __, ...own } = process.env
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    cwd,
    env: { ...own, PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code, signal]): End => ({ code, signal, ...output }))
  return { process: child, ended }
}

/** Resolves with the port that a server has logged, once that line has arrived. */
export function portOf(site: Site, server: Program): Promise<number> {
  const deadline = { timeout: 20_000, interval: 50 }
  let early: End | undefined
  void server.ended.then((end) => (early = end))
  return vi.waitFor(async () => {
    if (early !== undefined) throw new Error(`it ended too early: ${JSON.stringify(early)}`)
    for (const line of await site.lines()) {
      const [, digits] = /"port":(\d+)|127\.0\.0\.1:(\d+)/.exec(JSON.stringify(line))?.filter(Boolean) ?? []
      if (digits !== undefined) return Number(digits)
    }
    throw new Error('no line names the port')
  }, deadline)
}
