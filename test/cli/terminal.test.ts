import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOSTILE, hostileIn, VISIBLE } from './hostile.ts'
import { dislogs, environmentFor, Program, STREAM } from './program.ts'

const run = promisify(execFile)

let dis: LocalDis
let folder: string

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }], limits: false })
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-terminal-'))
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

const command = (args: readonly string[], input = '') => dislogs(args, environmentFor(dis), input)

/** What a message of the service becomes: its white space is one space. */
const TOLD = VISIBLE.replaceAll(String.raw`\r`, ' ')

describe('a message of the service does nothing to the terminal of', () => {
  it('tail, which it ends', async () => {
    dis.faults.add({ kind: 'error', action: '*', status: 400, code: 'DIS.4300', message: HOSTILE })
    const { status, stderr } = await command(['tail'])
    expect(status).toBe(1)
    expect(stderr).toContain(TOLD)
    expect(hostileIn(stderr)).toEqual([])
  })

  it('ship, whose lines it rejects', async () => {
    dis.faults.add({ kind: 'record-error', code: 'DIS.4300', message: HOSTILE })
    const { status, stderr } = await command(['ship'], 'a\n')
    expect(status).toBe(1)
    expect(stderr.split(TOLD).length).toBe(3)
    expect(hostileIn(stderr)).toEqual([])
  })

  it('replay, whose letters it rejects; the letters it writes hold it as it is told', async () => {
    const letters = join(folder, 'letters.ndjson')
    const again = join(folder, 'again.ndjson')
    writeFileSync(letters, '{"code":"X","line":"a","partitionKey":"k"}\n')
    dis.faults.add({ kind: 'record-error', code: 'DIS.4300', message: HOSTILE })
    const { stderr } = await command(['replay', '--dead-letter', again, letters])
    expect(stderr).toContain(TOLD)
    expect(hostileIn(stderr)).toEqual([])
    expect(hostileIn(readFileSync(again, 'utf8'))).toEqual([])
  })

  it('doctor, as lines and as JSON', async () => {
    dis.faults.add({ kind: 'error', action: '*', status: 400, code: 'DIS.4300', message: HOSTILE })
    const [lines, json] = await Promise.all([command(['doctor']), command(['doctor', '--json'])])
    for (const { stdout, stderr } of [lines, json]) {
      expect(stdout.toString()).toContain('gnp.exe')
      expect(hostileIn(stdout.toString() + stderr)).toEqual([])
    }
    expect(JSON.parse(json.stdout.toString())).toMatchObject({ ok: false })
  })

  it('an application: on stderr, in events, in warnings', async () => {
    dis.faults.add({ kind: 'record-error', code: 'DIS.4300', message: HOSTILE, match: 'poison' })
    dis.faults.add({ kind: 'error', action: '*', status: 403, code: 'DIS.4116', message: HOSTILE, times: 3 })
    const app = join(import.meta.dirname, 'hostile-app.mjs')
    const { stdout, stderr } = await run(process.execPath, [app], { env: { ...environmentFor(dis) } })
    const events: Record<string, string>[] = JSON.parse(stdout)
    expect(events.map(({ name }) => name).sort()).toEqual(['rejected', 'warning'])
    for (const { message, channel } of events) {
      expect(message).toContain(TOLD)
      expect(channel).toBe(message)
      expect(hostileIn(message ?? '')).toEqual([])
    }
    expect(stderr.split(TOLD).length).toBe(3)
    expect(hostileIn(stderr)).toEqual([])
  })
})

describe('a name does nothing to the terminal', () => {
  const NAME = HOSTILE.replace('/', '')

  it('of a file or folder that cannot be read', async () => {
    const ends = await Promise.all([
      command(['ship', join(folder, NAME)]),
      command(['replay', join(folder, NAME)]),
      command(['spool', join(folder, NAME)])
    ])
    for (const { stderr } of ends) {
      expect(stderr).toContain(VISIBLE)
      expect(hostileIn(stderr)).toEqual([])
    }
  })

  it('of a letter, a folder of a spool, or what was found in it', async () => {
    const letters = join(folder, NAME)
    writeFileSync(letters, 'no letter\n')
    const spool = join(folder, `${NAME}-spool`)
    mkdirSync(spool, { mode: 0o700 })
    const ends = [
      await command(['replay', letters]),
      await command(['spool', spool]),
      await command(['spool', '--json', spool])
    ]
    for (const { stdout, stderr } of ends) {
      expect(stderr + stdout.toString()).toContain(VISIBLE)
      expect(hostileIn(stderr + stdout.toString())).toEqual([])
    }
    expect(JSON.parse(ends[2]?.stdout.toString() ?? '')).toMatchObject({ ok: true, dir: spool })
  })

  it.each([
    ['a command', [HOSTILE]],
    ['a flag', ['tail', `--${HOSTILE.replaceAll('=', '')}`]],
    ['a value', ['tail', '--from', HOSTILE]],
    ['a stream', ['tail', '--stream', HOSTILE]],
    ['a stream of the local DIS', ['local', '--stream', HOSTILE]]
  ])('of %s', async (_, args) => {
    const { stderr, status } = await command(args)
    expect(status).not.toBe(0)
    expect(stderr).toContain('gnp.exe')
    expect(hostileIn(stderr)).toEqual([])
  })

  it('of an endpoint, for doctor', async () => {
    const ends = await Promise.all([
      command(['doctor', '--stream', HOSTILE]),
      command(['doctor', '--stream', HOSTILE, '--json'])
    ])
    for (const { stdout, stderr } of ends) {
      expect(stdout.toString()).toContain('gnp.exe')
      expect(hostileIn(stdout.toString() + stderr)).toEqual([])
    }
  })
})

it('a terminal that cannot move its cursor is asked for nothing', async () => {
  const letters = join(folder, 'letters.ndjson')
  writeFileSync(letters, '{"code":"X","line":"a","partitionKey":"k"}\n')
  const program = Program.onTerminal(['replay', letters], { ...environmentFor(dis), TERM: 'dumb' })
  program.stdin.end()
  const { status, stdout } = await program.end()
  expect(status).toBe(0)
  expect(stdout.toString()).toContain('1 delivered')
  expect(stdout.includes(0x1b)).toBe(false)
})
