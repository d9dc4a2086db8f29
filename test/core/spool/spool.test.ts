import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Disk } from '../../../packages/core/src/spool/disk.ts'
import { machineDisk } from '../../../packages/core/src/spool/files.ts'
import { NOBODY, targetName } from '../../../packages/core/src/spool/names.ts'
import { SILENT_TICKS } from '../../../packages/core/src/spool/orphans.ts'
import type { Spool } from '../../../packages/core/src/spool/spool.ts'
import type { SpoolSettings } from '../../../packages/core/src/spool/spool-events.ts'
import { mortalDisk, openSpool, readAll, TARGET, texts } from './folder.ts'

let dir: string
const opened: Spool[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-spool-'))
})
afterEach(() => {
  for (const spool of opened.splice(0)) spool.close()
  rmSync(dir, { recursive: true, force: true })
})

async function start(settings: Partial<SpoolSettings> = {}, disk?: Disk) {
  const life = await openSpool(dir, settings, disk)
  opened.push(life.spool)
  return life
}

const append = (spool: Spool, line: string, epoch = 0, isInMemory = false, key = 'k') =>
  spool.append(0, key, line, 1, epoch, isInMemory)

/** A spool whose owner can be killed, and what it holds. */
async function startMortal(lines: readonly string[] = [], settings: Partial<SpoolSettings> = {}) {
  const { disk, kill } = mortalDisk()
  const life = await openSpool(dir, settings, disk)
  for (const line of lines) append(life.spool, line)
  life.spool.flush()
  return { ...life, kill }
}

/** Names in the folder that are parts. */
const parts = () => readdirSync(dir).filter((name) => !name.endsWith('.lock'))

describe('the spool', () => {
  it('gives back what was appended, first in first out, with the epoch of each line', async () => {
    const { spool, told } = await start()
    for (let n = 0; n < 5; n++) append(spool, `line ${n}`, Math.floor(n / 2))
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
    const { spool, told } = await start()
    append(spool, 'line')
    await Promise.resolve()
    expect(told.stored).toBe(1)
  })

  it('deletes what is acknowledged, and leaves an empty folder behind', async () => {
    const { spool } = await start()
    for (let n = 0; n < 5; n++) append(spool, `line ${n}`)
    for (const { id } of readAll(spool)) spool.acknowledge(id)
    spool.writeAcknowledgements()
    spool.close()
    opened.pop()
    expect(readdirSync(dir)).toEqual([])
  })

  it('does not hand out lines that are in memory anyway', async () => {
    const { disk, kill } = mortalDisk()
    const { spool } = await openSpool(dir, {}, disk)
    const id = append(spool, 'in memory', 0, true)
    append(spool, 'on disk only')
    expect(texts(spool)).toEqual(['on disk only'])
    spool.acknowledge(Number(id))
    kill()
    expect(texts((await start()).spool)).toEqual(['in memory', 'on disk only'])
  })

  it('takes a line of the memory into a new file where the open one holds lines to be read', async () => {
    const { spool } = await start()
    append(spool, 'unread')
    spool.flush()
    append(spool, 'in memory', 0, true)
    append(spool, 'unread too')
    expect(texts(spool)).toEqual(['unread', 'unread too'])
  })

  it('gives up its oldest lines at the bound, counts them, and never exceeds it', async () => {
    const maxBytes = 1_048_576
    const { spool, told } = await start({ maxBytes })
    const line = 'x'.repeat(1_000)
    for (let n = 0; n < 3_000; n++) {
      append(spool, `${n} ${line}`)
      spool.flush()
      expect(spool.bytes).toBeLessThanOrEqual(maxBytes)
    }
    const kept = texts(spool).map((text) => Number.parseInt(text, 10))
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 3_000 - kept.length + n))
    expect(told.givenUp).toHaveLength(3_000 - kept.length)
    expect(kept.length).toBeGreaterThan(700)
  })

  it('says which lines in memory are no longer on disk when their segment is given up', async () => {
    const { spool, told } = await start({ maxBytes: 1_048_576 })
    for (let n = 0; n < 2_000; n++) append(spool, 'x'.repeat(1_000), 0, true)
    spool.flush()
    expect(told.exposed).toBeGreaterThan(3)
    expect(told.givenUp).toEqual([])
  })

  it('takes lines of any size up to half its bound', async () => {
    const { spool } = await start({ maxBytes: 4 * 1_048_576 })
    const large = 'y'.repeat(600_000)
    expect(append(spool, large)).toBeDefined()
    expect(append(spool, 'small')).toBeDefined()
    expect(append(spool, 'z'.repeat(3 * 1_048_576))).toBeUndefined()
    expect(texts(spool)).toEqual([large, 'small'])
  })

  it('keeps folders and files to their owner', async () => {
    const { spool } = await start()
    append(spool, 'secret')
    spool.flush()
    for (const name of parts()) {
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o700)
      for (const file of readdirSync(join(dir, name))) {
        expect(statSync(join(dir, name, file)).mode & 0o777).toBe(0o600)
      }
    }
  })

  it('touches nothing in the folder that is not its own', async () => {
    mkdirSync(join(dir, 'logs'))
    writeFileSync(join(dir, 'logs', 'app.log'), 'not ours')
    writeFileSync(join(dir, '1-abcdefabcdef'), 'not a folder')
    mkdirSync(join(dir, '2-abcdefabcdef'))
    writeFileSync(join(dir, '2-abcdefabcdef', 'app.log'), 'not ours')
    const { spool } = await start()
    expect(spool.hasUnread).toBe(false)
    spool.close()
    opened.pop()
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual(
      ['1-abcdefabcdef', '2-abcdefabcdef', '2-abcdefabcdef/app.log', 'logs', 'logs/app.log'].sort()
    )
  })
})

describe('what others left', () => {
  it('is sent oldest first, without what was acknowledged, and again after the next kill', async () => {
    const { disk, kill } = mortalDisk()
    const { spool: first } = await openSpool(dir, {}, disk)
    for (let n = 0; n < 4; n++) append(first, `first ${n}`)
    const [line] = readAll(first)
    first.acknowledge(line?.id ?? -1)
    first.writeAcknowledgements()
    kill()
    const second = await startMortal(['second'])
    expect(readAll(second.spool).map(({ text, epoch }) => [text, epoch])).toEqual([
      ['first 1', undefined],
      ['first 2', undefined],
      ['first 3', undefined],
      ['second', 0]
    ])
    second.kill()
    expect(texts((await start()).spool)).toEqual(['first 1', 'first 2', 'first 3', 'second'])
  })

  it('is taken while another one runs, a tick later than by one that starts: that one is told', async () => {
    const first = await openSpool(dir)
    const second = await start()
    append(first.spool, 'left behind')
    await second.spool.tick()
    expect(second.spool.hasUnread).toBe(false)
    first.spool.close()
    await second.spool.tick()
    expect(second.told.found).toBe(0)
    await second.spool.tick()
    expect(second.told.found).toBe(1)
    expect(texts(second.spool)).toEqual(['left behind'])
  })

  it('is not taken from an owner that lives, however long it is silent', async () => {
    const owner = await start()
    append(owner.spool, 'mine')
    owner.spool.flush()
    const other = await start()
    for (let tick = 0; tick < SILENT_TICKS + 5; tick++) await other.spool.tick()
    expect(other.spool.hasUnread).toBe(false)
    expect(owner.told.troubles).toEqual([])
  })

  it('on another machine is taken only when its heartbeat has stood still for long, by our own ticks', async () => {
    const far = (machine: string): Disk => ({
      ...machineDisk,
      machine,
      // As on a network file system: the socket is there, and nobody on this kernel listens.
      probe: async (path) => (machineDisk.exists(path) ? 'refused' : 'released')
    })
    const { spool: owner } = await openSpool(dir, {}, far('a'.repeat(12)))
    append(owner, 'mine')
    owner.flush()
    const other = await start({}, far('b'.repeat(12)))
    for (let tick = 0; tick < SILENT_TICKS - 1; tick++) await other.spool.tick()
    await owner.tick()
    for (let tick = 0; tick < SILENT_TICKS; tick++) await other.spool.tick()
    expect(other.spool.hasUnread).toBe(false)
    await other.spool.tick()
    await other.spool.tick()
    expect(texts(other.spool)).toEqual(['mine'])
    opened.push(owner)
  })

  it('of a hundred lives is a hundred folders side by side, and none is left empty', async () => {
    for (let life = 0; life < 100; life++) (await startMortal([`line ${life}`])).kill()
    const last = await start()
    expect(
      readdirSync(dir, { recursive: true, encoding: 'utf8' }).some((name) => name.split('/').length > 2)
    ).toBe(false)
    const lines = readAll(last.spool)
    expect(lines.map(({ text }) => text)).toEqual(Array.from({ length: 100 }, (_, life) => `line ${life}`))
    for (const { id } of lines) last.spool.acknowledge(id)
    last.spool.writeAcknowledgements()
    expect(parts()).toEqual([])
    // The locks of the dead are cleared away, too.
    await last.spool.tick()
    expect(readdirSync(dir)).toHaveLength(1)
  })

  it('for another stream is left alone and told once', async () => {
    const audit = { ...TARGET, streamName: 'audit' }
    ;(await startMortal(['for audit'], { target: audit })).kill()
    const { spool, told } = await start()
    await spool.tick()
    expect(spool.hasUnread).toBe(false)
    expect(told.troubles).toEqual([
      { kind: 'foreign', parts: 1, bytes: expect.any(Number), streams: ['audit at https://dis.test'] }
    ])
    expect(texts((await start({ target: audit })).spool)).toEqual(['for audit'])
  })

  it('keeps its order when many lives wrote under one generation', async () => {
    const both = [await startMortal(['a1', 'a2']), await startMortal(['b1', 'b2'])]
    for (const { kill } of both) kill()
    const read = texts((await start()).spool)
    expect(read.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2'])
    expect(read.filter((text) => text.startsWith('b'))).toEqual(['b1', 'b2'])
  })
})

describe('an owner that was taken for dead', () => {
  it.each([
    { on: 'a local file system, after a silence', isShared: false, silentMs: 60_000 },
    { on: 'any other file system', isShared: true, silentMs: 0 }
  ])(
    'on $on notices before it says stored, and goes on under another name',
    async ({ isShared, silentMs }) => {
      const first = await start({}, { ...machineDisk, isShared: () => isShared })
      append(first.spool, 'one', 0, true)
      first.spool.flush()
      // Another machine has taken the part, for want of a heartbeat, and given it back.
      const [name = ''] = parts()
      const taken = `${name.slice(0, -29)}${NOBODY}`
      machineDisk.rename(join(dir, name), join(dir, taken))
      first.clock.now += silentMs
      append(first.spool, 'two', 0, true)
      first.spool.flush()
      expect(first.told).toMatchObject({ stored: 1, refused: ['two'], exposed: 1 })
      expect(first.told.troubles).toEqual([{ kind: 'taken', parts: 1 }])
      append(first.spool, 'three')
      first.spool.flush()
      expect(first.told.stored).toBe(2)
      expect(texts(first.spool)).toEqual(['three'])
      // The new owner reads to the end that the file has: twice is better than never.
      expect(texts((await start()).spool)).toEqual(['one', 'two'])
    }
  )

  it('keeps what is still its own when only its lock was removed', async () => {
    const { spool, told } = await start()
    append(spool, 'mine')
    spool.flush()
    for (const name of readdirSync(dir)) if (name.endsWith('.lock')) rmSync(join(dir, name))
    await spool.tick()
    append(spool, 'more')
    expect(texts(spool)).toEqual(['mine', 'more'])
    expect(told.troubles).toEqual([])
    expect(readdirSync(dir).filter((name) => name.endsWith('.lock'))).toHaveLength(1)
  })
})

describe('a file that cannot be read', () => {
  it('is set aside by name, and the rest goes on', async () => {
    const { kill } = await startMortal(Array.from({ length: 3_000 }, (_, n) => `${n} ${'x'.repeat(1_000)}`))
    kill()
    const [part = ''] = parts()
    const [, second = ''] = readdirSync(join(dir, part)).sort()
    rmSync(join(dir, part, second))
    mkdirSync(join(dir, part, second))
    const { spool, told } = await start()
    const lines = readAll(spool)
    expect(lines.length).toBeGreaterThan(1_500)
    expect(told.troubles).toMatchObject([
      { kind: 'unreadable', path: expect.stringContaining('unreadable-') }
    ])
    expect(readdirSync(dir).filter((name) => name.startsWith('unreadable-'))).toHaveLength(1)
  })

  it('is tried again if only descriptors were short', async () => {
    ;(await startMortal(['line'])).kill()
    let isShort = true
    const disk: Disk = {
      ...machineDisk,
      open(path, access) {
        if (isShort && access === 'read') throw Object.assign(new Error('too many'), { code: 'EMFILE' })
        return machineDisk.open(path, access)
      }
    }
    const { spool, told } = await start({}, disk)
    expect(texts(spool)).toEqual([])
    expect(told.troubles).toMatchObject([{ kind: 'failed' }])
    isShort = false
    expect(texts(spool)).toEqual(['line'])
  })
})

describe('a folder with many owners', () => {
  const far = (machine: string): Disk => ({
    ...machineDisk,
    machine,
    probe: async (path) => (machineDisk.exists(path) ? 'refused' : 'released')
  })

  it('is searched to its end, more than a search asks about, though each search asks a part', async () => {
    for (let n = 0; n < 1_100; n++) {
      const owner = `${'a'.repeat(12)}-${String(n).padStart(16, '0')}`
      mkdirSync(join(dir, `1000000000-${String(n).padStart(16, '0')}-${targetName(TARGET)}-${owner}`))
      writeFileSync(join(dir, `${owner}.lock`), '')
    }
    const { spool } = await start({}, far('c'.repeat(12)))
    for (let tick = 0; tick < SILENT_TICKS; tick++) await spool.tick()
    expect(parts().length).toBeGreaterThan(1_000)
    for (let tick = 0; tick < SILENT_TICKS; tick++) await spool.tick()
    expect(parts()).toEqual([])
    // The locks of the dead have gone with their parts.
    expect(readdirSync(dir)).toHaveLength(1)
  })

  it('does not take lines of an owner whose lock somebody deleted, before a long silence', async () => {
    const owner = await start()
    append(owner.spool, 'mine')
    owner.spool.flush()
    for (const name of readdirSync(dir)) if (name.endsWith('.lock')) rmSync(join(dir, name))
    const other = await start()
    for (let tick = 0; tick < 3; tick++) await other.spool.tick()
    expect(other.spool.hasUnread).toBe(false)
    await owner.spool.tick()
    expect(texts(owner.spool)).toEqual(['mine'])
    expect(owner.told.troubles).toEqual([])
  })
})

describe('a folder that somebody deletes while it is used', () => {
  it('is made again, and what was in memory counts as not on disk', async () => {
    const { spool, told } = await start()
    append(spool, 'in memory', 0, true)
    spool.flush()
    rmSync(dir, { recursive: true })
    await spool.tick()
    expect(told).toMatchObject({ stored: 1, exposed: 1 })
    expect(told.troubles).toMatchObject([{ kind: 'deleted', parts: 1 }])
    append(spool, 'later')
    expect(texts(spool)).toEqual(['later'])
  })
})

it('a spool that cannot be opened leaves no lock behind', async () => {
  const disk: Disk = {
    ...machineDisk,
    list() {
      throw Object.assign(new Error('too many'), { code: 'EMFILE' })
    }
  }
  await expect(openSpool(dir, {}, disk)).rejects.toThrow('too many')
  expect(readdirSync(dir)).toEqual([])
})

it('lines of an earlier life are read as one piece, though each was a flush of its own', async () => {
  const { spool } = await start()
  const lines = 20_000
  for (let n = 0; n < lines; n++) {
    append(spool, `line ${n}`, n)
    spool.flush()
  }
  const read = readAll(spool)
  expect(read.map(({ epoch }) => epoch)).toEqual(Array.from({ length: lines }, (_, n) => n))
})
