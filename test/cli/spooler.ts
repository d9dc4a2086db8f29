/** Spools as programs leave them, for tests: by a real process, or by hand. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DisOptions } from '@dis-logs/core'
import type { LocalDis } from '@dis-logs/local'
import { entryBytes, writeEntry } from '../../packages/core/src/spool/entry.ts'
import { ACCESS_KEY, SECRET_KEY } from './program.ts'

const PROGRAM = new URL('spooler.mjs', import.meta.url).pathname

export const PROJECT = 'cli-test-project'

/** A folder for everything of one test. */
export function testFolder(): string {
  return mkdtempSync(join(tmpdir(), 'dis-logs-spool-'))
}

/** From now on the service is down; `clear` of its faults ends that. */
export async function takeDown(dis: LocalDis): Promise<void> {
  await dis.faults.add({ kind: '500', status: 503 })
}

/** Starts a process that has these lines in the spool, and delivers none while the service is down. */
export async function startSpooler(
  dis: Pick<LocalDis, 'url'>,
  dir: string,
  streamName: string,
  lines: readonly string[],
  more: DisOptions = {}
): Promise<ChildProcess> {
  const options: DisOptions = {
    endpoint: dis.url,
    projectId: PROJECT,
    streamName,
    credentials: { accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
    partitionKey: 'tenant',
    spool: { dir, mode: 'always' },
    ...more
  }
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify({ options, lines })], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'ignore']
  })
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(15_000) })
  return child
}

/** The process is gone at once, without a chance to tidy up. */
export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** {@link startSpooler}, killed. */
export async function leaveLines(...args: Parameters<typeof startSpooler>): Promise<void> {
  await kill(await startSpooler(...args))
}

export function linesOf(tenant: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => JSON.stringify({ tenant: `${tenant}-${n % 3}`, n }))
}

/** A folder of the format before parts named their stream, as its owner left it when it closed. */
export function writeOlderPart(dir: string, lines: readonly string[], key: string): string {
  const path = join(dir, `4711-${randomBytes(6).toString('hex')}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const entries = lines.map((line) => {
    const entry = Buffer.alloc(entryBytes(Buffer.byteLength(key), Buffer.byteLength(line)))
    writeEntry(entry, 0, 0, key, line, Date.now() - 7_200_000)
    return entry
  })
  writeFileSync(
    join(path, '01700000000000-00000001.log'),
    Buffer.concat([Buffer.from('DISSPL1\n'), ...entries])
  )
  return path
}
