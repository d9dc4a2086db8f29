/** Folders of a spool: files that were damaged, cut, copied, exchanged or planted, opened by a real spool. */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { inspectSpool } from '../../../packages/core/src/spool/inspect-spool.ts'
import {
  FIRST_GENERATION,
  NOBODY,
  partName,
  segmentName,
  targetName
} from '../../../packages/core/src/spool/names.ts'
import { openSpool, readAll, TARGET } from '../../core/spool/folder.ts'
import { mutate } from '../generate/bytes.ts'
import { anyJson, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'
import { headOf } from './spool-head.ts'

const LINES = 40

/** A file of a folder, or a link if it has a `target`. Bytes in base64. */
interface Entry {
  readonly path: string
  readonly bytes: string
  readonly target?: string
}

/** The files of a folder that an honest producer left: two parts, one with acknowledgements. */
async function honest(dir: string): Promise<Entry[]> {
  mkdirSync(dir, { mode: 0o700 })
  for (const [index, acknowledged] of [0, 15].entries()) {
    const { spool } = await openSpool(dir)
    for (let line = 0; line < LINES; line++)
      spool.append(
        line % 4,
        line % 4 === 3 ? '' : `k${line % 3}`,
        `line-${index}-${line}-${'x'.repeat(line * 9)}`,
        1,
        1,
        false
      )
    spool.flush()
    const read = readAll(spool)
    for (const { id } of read.slice(0, acknowledged)) spool.acknowledge(id)
    spool.writeAcknowledgements()
    spool.close()
  }
  return filesIn(dir).map((path) => ({
    path: relative(dir, path),
    bytes: readFileSync(path).toString('base64')
  }))
}

function filesIn(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

function changed(random: Random, files: readonly Entry[]): Entry[] {
  const bytesOf = (entry: Entry) => Buffer.from(entry.bytes, 'base64')
  const damaged = files.map((entry): Entry => {
    if (random.chance(0.5)) return entry
    return { ...entry, bytes: mutate(random, bytesOf(entry), bytesOf(random.pick(files))).toString('base64') }
  })
  return [...damaged.filter(() => random.chance(0.9)), ...random.list(4, () => planted(random, files))]
}

const SOME_PART = partName({
  generation: FIRST_GENERATION + 7,
  id: 'a'.repeat(16),
  target: targetName(TARGET),
  owner: NOBODY
})

function planted(random: Random, files: readonly Entry[]): Entry {
  const { bytes, path } = random.pick(files)
  const folder = random.pick([
    dirname(path),
    SOME_PART,
    '.',
    random.pick(['x', '9999999999-a', `${NOBODY}.lock`])
  ])
  const names = [
    segmentName(random.below(2) * 999_999_999),
    '1000000001.ack',
    '1000000000.log',
    `${NOBODY}.lock`,
    'unreadable-1-a-1',
    'a.log',
    '.x'
  ]
  const target = random.chance(0.15)
    ? random.pick(['/dev/zero', '/dev/null', '..', 'nowhere', '/etc/hostname'])
    : undefined
  const head = headOf(
    random.chance(0.5)
      ? mangledJson(random, { ...TARGET, host: 'h', pid: 1 }, Object.keys(TARGET), 0.3)
      : random.pick([anyJson(random, Object.keys(TARGET)), anyText(random, 4_000)])
  )
  const contents = random.pick([
    bytes,
    head.toString('base64'),
    Buffer.concat([head, Buffer.from(bytes, 'base64').subarray(-900)]).toString('base64')
  ])
  const name = random.chance(0.9) ? random.pick(names) : anyText(random, 60).replace(/[/\0]/g, '_')
  return { path: `${folder}/${name}`, bytes: contents, ...(target === undefined ? {} : { target }) }
}

function write(dir: string, entries: readonly Entry[]): void {
  for (const { path, bytes, target } of entries) {
    const full = join(dir, path)
    // Whatever somebody changed in a kept input, nothing is written elsewhere.
    if (relative(dir, full).startsWith('..')) continue
    try {
      mkdirSync(dirname(full), { recursive: true, mode: 0o700 })
      if (target === undefined) writeFileSync(full, Buffer.from(bytes, 'base64'), { mode: 0o600 })
      else symlinkSync(target, full)
    } catch {
      // A name that is too long, or that stands there already as something else.
    }
  }
}

async function checkFolder(dir: string, written: ReadonlySet<string>): Promise<void> {
  const inspection = await inspectSpool(dir)
  for (const part of inspection.parts)
    expect(part.lines >= 0 && part.damaged >= 0 && part.bytes >= 0, 'an inspection counts')
  const { spool, told } = await openSpool(dir)
  const read: string[] = []
  for (let round = 0; round < 3; round++) {
    for (const { id, text } of readAll(spool)) {
      read.push(text)
      spool.acknowledge(id)
    }
    spool.writeAcknowledgements()
    await spool.tick()
  }
  const stranger = read.find((text) => !written.has(text))
  expect(stranger === undefined, `a line that nobody wrote: ${stranger?.slice(0, 40)}`)
  for (const trouble of told.troubles) {
    const number = 'places' in trouble ? trouble.places : 'parts' in trouble ? trouble.parts : 1
    expect(number > 0, 'a loss is reported in numbers')
  }
  expect(
    spool.append(0, 'k', 'a new line', 1, 1, false) !== undefined || !spool.isWritable,
    'a new line is taken'
  )
  spool.close()
}

export async function spoolKind(dir: string): Promise<Kind> {
  const files = await honest(join(dir, 'honest'))
  const written = new Set(['a new line'])
  for (const part of [0, 1])
    for (let line = 0; line < LINES; line++) written.add(`line-${part}-${line}-${'x'.repeat(line * 9)}`)
  const folder = join(dir, 'spool')
  const untouched = join(dir, 'untouched')
  mkdirSync(untouched, { mode: 0o700 })
  return {
    generate: (random) => Buffer.from(JSON.stringify(changed(random, files))),
    async check(input) {
      const entries = entriesOf(input)
      if (entries === undefined) return
      cpSync(untouched, folder, { recursive: true })
      try {
        write(folder, entries)
        await checkFolder(folder, written)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
  }
}

function entriesOf(input: Buffer): Entry[] | undefined {
  try {
    const entries: unknown = JSON.parse(input.toString('utf8'))
    const isEntry = (each: unknown) =>
      typeof Reflect.get(Object(each), 'path') === 'string' &&
      typeof Reflect.get(Object(each), 'bytes') === 'string'
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined
  } catch {
    return undefined
  }
}
