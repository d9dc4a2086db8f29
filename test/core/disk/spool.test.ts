import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Spool, type SpoolListener, type SpoolSettings } from '../../../packages/core/src/disk/spool.ts'

let dir: string
const open: Spool[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-spool-'))
})
afterEach(() => {
  for (const spool of open.splice(0)) spool.close()
  rmSync(dir, { recursive: true, force: true })
})

function start(settings: Partial<SpoolSettings> = {}) {
  const told = {
    stored: 0,
    givenUp: [] as string[],
    refused: [] as string[],
    exposed: 0,
    damaged: 0,
    failed: [] as string[]
  }
  const listener: SpoolListener = {
    stored: (_, lines) => {
      told.stored += lines
    },
    refused: ({ line }) => told.refused.push(line.toString()),
    givenUp: ({ line }) => told.givenUp.push(line.toString()),
    exposed: () => {
      told.exposed++
    },
    damaged: (places) => {
      told.damaged += places
    },
    failed: (error) => told.failed.push(String(error))
  }
  const spool = new Spool(
    { dir, maxBytes: 8 * 1_048_576, syncsAlways: false, ...settings },
    Date.now,
    listener
  )
  spool.tend()
  open.push(spool)
  return { spool, told }
}

function readAll(spool: Spool): { id: number; text: string; key: string; epoch: number | undefined }[] {
  const lines: { id: number; text: string; key: string; epoch: number | undefined }[] = []
  while (spool.hasUnread) {
    spool.read(({ id, line, key, epoch }) => lines.push({ id, text: line.toString(), key, epoch }))
  }
  return lines
}

const texts = (spool: Spool): string[] => readAll(spool).map(({ text }) => text)

/** As if the process had been killed: its lock stays, but its owner is gone. */
function kill(spool: Spool): void {
  open.splice(open.indexOf(spool), 1)
  spool.flush()
  const folder = disown()
  writeFileSync(join(folder, 'lock.json'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), start: '' }))
}

/** Gives the newest folder another name: this process knows its own by their names. */
function disown(): string {
  const names = readdirSync(dir).map((name) => join(dir, name))
  const [newest = ''] = names.sort((a, b) => statSync(b).ctimeMs - statSync(a).ctimeMs)
  const path = join(dir, `1-${randomBytes(6).toString('hex')}`)
  renameSync(newest, path)
  return path
}

describe('the spool', () => {
  it('gives back what was appended, first in first out, with the epoch of each line', () => {
    const { spool, told } = start()
    for (let n = 0; n < 5; n++) spool.append('k', `line ${n}`, 1, Math.floor(n / 2), false)
    expect(told.stored).toBe(0)
    spool.flush()
    expect(told.stored).toBe(5)
    expect(readAll(spool).map(({ text, epoch }) => [text, epoch])).toEqual([
      ['line 0', 0],
      ['line 1', 0],
      ['line 2', 1],
      ['line 3', 1],
      ['line 4', 2]
    ])
    expect(spool.hasUnread).toBe(false)
  })

  it('writes by itself at the end of the current run of code', async () => {
    const { spool, told } = start()
    spool.append('k', 'line', 1, 0, false)
    await Promise.resolve()
    expect(told.stored).toBe(1)
  })

  it('deletes what is acknowledged, and leaves an empty folder behind', () => {
    const { spool } = start()
    for (let n = 0; n < 5; n++) spool.append('k', `line ${n}`, 1, 0, false)
    for (const { id } of readAll(spool)) spool.acknowledge(id)
    spool.writeAcks()
    spool.close()
    open.pop()
    expect(readdirSync(dir)).toEqual([])
  })

  it('does not hand out lines that are in memory anyway', () => {
    const { spool } = start()
    const id = spool.append('k', 'in memory', 1, 0, true)
    spool.append('k', 'on disk only', 1, 0, false)
    expect(texts(spool)).toEqual(['on disk only'])
    spool.acknowledge(Number(id))
    kill(spool)
    expect(texts(start().spool)).toEqual(['in memory', 'on disk only'])
  })

  it('sends what a killed process left, oldest first, without what was acknowledged', () => {
    const first = start().spool
    for (let n = 0; n < 4; n++) first.append('k', `first ${n}`, 1, 0, false)
    const [line] = readAll(first)
    first.acknowledge(line?.id ?? -1)
    first.writeAcks()
    kill(first)
    const second = start().spool
    second.append('k', 'second', 1, 7, false)
    expect(readAll(second).map(({ text, epoch }) => [text, epoch])).toEqual([
      ['first 1', undefined],
      ['first 2', undefined],
      ['first 3', undefined],
      ['second', 7]
    ])
    kill(second)
    // What was adopted is adopted again.
    expect(texts(start().spool)).toEqual(['first 1', 'first 2', 'first 3', 'second'])
  })

  it('adopts at once what was closed, and while it runs what others leave', () => {
    const first = start().spool
    const second = start().spool
    first.append('k', 'left behind', 1, 0, false)
    second.tend()
    expect(second.hasUnread).toBe(false)
    first.close()
    second.tend()
    expect(texts(second)).toEqual(['left behind'])
  })

  it('leaves the folder of a living owner alone, until it has been silent for long', () => {
    const owner = start().spool
    owner.append('k', 'mine', 1, 0, false)
    owner.flush()
    const lock = join(disown(), 'lock.json')
    const other = (age: number, of: object) => {
      writeFileSync(lock, JSON.stringify({ host: hostname(), start: '', ...of }))
      utimesSync(lock, Date.now() / 1_000 - age, Date.now() / 1_000 - age)
      const { spool } = start()
      const found = spool.hasUnread
      spool.close()
      open.pop()
      return found
    }
    expect(other(10, { host: 'another-host', pid: 1 })).toBe(false)
    expect(other(0, { pid: process.ppid, start: '1' })).toBe(true)
  })

  it('touches nothing in the folder that is not its own', () => {
    mkdirSync(join(dir, 'logs'))
    writeFileSync(join(dir, 'logs', 'app.log'), 'not ours')
    writeFileSync(join(dir, '1-abcdefabcdef'), 'not a folder')
    mkdirSync(join(dir, '2-abcdefabcdef'))
    writeFileSync(join(dir, '2-abcdefabcdef', 'app.log'), 'not ours')
    const { spool } = start()
    expect(spool.hasUnread).toBe(false)
    spool.close()
    open.pop()
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual(
      ['1-abcdefabcdef', '2-abcdefabcdef', '2-abcdefabcdef/app.log', 'logs', 'logs/app.log'].sort()
    )
  })

  it('gives up its oldest lines at the bound, counts them, and never exceeds it', () => {
    const maxBytes = 1_048_576
    const { spool, told } = start({ maxBytes })
    const line = 'x'.repeat(1_000)
    for (let n = 0; n < 3_000; n++) {
      spool.append('k', `${n} ${line}`, 1, 0, false)
      spool.flush()
      expect(spool.bytes).toBeLessThanOrEqual(maxBytes)
    }
    const kept = texts(spool).map((text) => Number.parseInt(text, 10))
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 3_000 - kept.length + n))
    expect(told.givenUp).toHaveLength(3_000 - kept.length)
    expect(kept.length).toBeGreaterThan(700)
  })

  it('says which lines in memory are no longer on disk when their segment is given up', () => {
    const { spool, told } = start({ maxBytes: 1_048_576 })
    for (let n = 0; n < 2_000; n++) spool.append('k', 'x'.repeat(1_000), 1, 0, true)
    spool.flush()
    expect(told.exposed).toBeGreaterThan(3)
    expect(told.givenUp).toEqual([])
  })

  it('takes lines of any size up to half its bound', () => {
    const { spool } = start({ maxBytes: 4 * 1_048_576 })
    const large = 'y'.repeat(600_000)
    expect(spool.append('k', large, 1, 0, false)).toBeDefined()
    expect(spool.append('k', 'small', 1, 0, false)).toBeDefined()
    expect(spool.append('k', 'z'.repeat(3 * 1_048_576), 1, 0, false)).toBeUndefined()
    expect(texts(spool)).toEqual([large, 'small'])
  })

  it('hands back what the disk does not take, and says so', () => {
    const { spool, told } = start()
    spool.append('k', 'taken', 1, 0, false)
    spool.flush()
    rmSync(dir, { recursive: true, force: true })
    // The open file still takes lines; a new one cannot be made.
    for (let n = 0; n < 2_000; n++) spool.append('k', 'x'.repeat(1_000), 1, 0, false)
    spool.flush()
    expect(told.failed[0]).toContain('ENOENT')
    expect(spool.append('k', 'not now', 1, 0, false)).toBeUndefined()
  })

  it('keeps folders and files to their owner', () => {
    const { spool } = start()
    spool.append('k', 'secret', 1, 0, false)
    spool.flush()
    const modes = readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
      return statSync(join(entry.parentPath, entry.name)).mode & 0o777
    })
    expect(new Set(modes)).toEqual(new Set([0o700, 0o600]))
  })
})
