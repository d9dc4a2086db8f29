import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, STREAM } from './program.ts'
import {
  kill,
  leaveLines,
  linesOf,
  PROJECT,
  startSpooler,
  takeDown,
  testFolder,
  writeOlderPart
} from './spooler.ts'

let dis: LocalDis
let folder: string
let dir: string
beforeEach(async () => {
  folder = testFolder()
  dir = join(folder, 'spool')
  dis = await createLocalDis({
    streams: [
      { name: STREAM, partitions: 3 },
      { name: 'audit', partitions: 3 }
    ],
    limits: false
  })
  await takeDown(dis)
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

// Nothing of the environment is needed: a folder says by itself what is in it.
const spool = (...args: string[]) => dislogs(['spool', ...args], {})

const inspect = async () => {
  const { status, stdout } = await spool('--json', dir)
  return { status, found: JSON.parse(stdout.toString()) }
}

/** Names and contents of everything in the folder. */
const contents = () =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(dir, name)
      return [name, statSync(path).isFile() ? readFileSync(path, 'hex') : '']
    })

const onlySegment = () => {
  const [name] = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.log')
  )
  return join(dir, name ?? 'none')
}

describe('spool', () => {
  it('shows what a killed process left: stream, writer, lines, age, and what sends them', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 1_234))
    const { status, stdout, stderr } = await spool(dir)
    const [titles = '', row = '', , total] = stdout.toString().split('\n')
    expect(titles.split(/ {2,}/)).toEqual([
      'STREAM',
      'WRITTEN BY',
      'OWNER',
      'LINES',
      'BYTES',
      'OLDEST',
      'DAMAGED',
      'ROUTED BY',
      'FOR'
    ])
    expect(row).toMatch(/^app-logs +\S+:\d+ +dead +1,234 +\d+(\.\d)? KiB +\d+ s +- +partitionKey +http/)
    expect(row).toContain(`${dis.url}, project ${PROJECT}`)
    expect(total).toMatch(/^1 part, 1,234 lines, \d+(\.\d)? KiB$/)
    expect(stderr).toContain(`1 part without an owner: dis-logs replay ${dir} sends the lines`)
    expect(status).toBe(0)
  })

  it('gives the same as JSON, for each stream, with owners that live, and changes nothing', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5), { partitionId: '1' })
    const living = await startSpooler(dis, dir, 'audit', linesOf('b', 7))
    try {
      const before = contents()
      const startedAt = Date.now()
      const { status, found } = await inspect()
      expect(status).toBe(0)
      expect(found).toMatchObject({ ok: true, dir, lines: 12, setAside: [] })
      expect(found.parts).toHaveLength(2)
      const [audit, logs] = [...found.parts].sort((a, b) => b.lines - a.lines)
      const place = { origin: dis.url, projectId: PROJECT, streamId: '' }
      expect(logs).toMatchObject({
        target: { ...place, streamName: STREAM },
        owner: { state: 'dead' },
        lines: 5,
        damaged: 0,
        isOlderFormat: false,
        routes: ['partitionId']
      })
      expect(audit).toMatchObject({
        target: { ...place, streamName: 'audit' },
        owner: { state: 'alive' },
        writer: { pid: living.pid },
        lines: 7,
        routes: ['partitionKey']
      })
      expect(Math.abs(startedAt - logs.oldestAt)).toBeLessThan(30_000)
      expect(found.bytes).toBe(logs.bytes + audit.bytes)
      expect(contents()).toEqual(before)
    } finally {
      await kill(living)
    }
    expect(
      (await inspect()).found.parts.map(({ owner }: { owner: { state: string } }) => owner.state)
    ).toEqual(['dead', 'dead'])
  })

  it('counts damage and still counts what can be read; what was set aside is listed: status 1', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 50))
    const path = onlySegment()
    const bytes = readFileSync(path)
    bytes.fill(0x58, bytes.length >> 1, (bytes.length >> 1) + 4)
    writeFileSync(path, bytes)
    writeFileSync(join(dir, 'unreadable-1000000000-00112233445566ff-1000000000'), 'what nobody can read')
    const { status, found } = await inspect()
    expect([status, found.ok]).toEqual([1, false])
    expect(found.parts[0]).toMatchObject({ lines: 49, damaged: 1, target: { streamName: STREAM } })
    expect(found.setAside).toEqual([
      { path: join(dir, 'unreadable-1000000000-00112233445566ff-1000000000'), bytes: 20 }
    ])
    const { stdout, stderr } = await spool(dir)
    expect(stdout.toString()).toContain('set aside: ')
    expect(stderr).toContain('1 damaged place: what can be read is sent')
    expect(stderr).toContain('sent by nobody: look at it and at the disk, then delete it')
  })

  it('shows parts of the older format, which name no stream', async () => {
    writeOlderPart(dir, ['one', 'two'], 'k')
    const { status, stdout, stderr } = await spool(dir)
    expect(status).toBe(0)
    expect(stdout.toString()).toMatch(
      /\nnot named +4711-\w+ +dead +2 +\d+ B +2 h +- +partitionKey +older format\n/
    )
    expect(stderr).toContain(`dis-logs replay --stream <name> ${dir}`)
  })

  it('says that a folder is empty', async () => {
    await leaveLines(dis, dir, STREAM, [])
    const { status, stdout, stderr } = await spool(dir)
    expect([status, stdout.toString(), stderr]).toEqual([0, `nothing waits in ${dir}\n`, ''])
  })

  it('names what is wrong with a path, and what to do', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const [args, message] of [
      [[], 'spool needs one folder: dis-logs spool <dir>'],
      [[folder, folder], 'spool needs one folder'],
      [
        [join(folder, 'missing')],
        `<dir>: got '${join(folder, 'missing')}' (no such folder); allowed: the folder that`
      ],
      [[file], `<dir>: got '${file}' (it is no folder); allowed: the folder that`]
    ] as const) {
      const { status, stderr, stdout } = await spool(...args)
      expect(stderr).toContain(message)
      expect([status, stdout.length]).toEqual([2, 0])
    }
  })
})
