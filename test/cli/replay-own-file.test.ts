/** replay never reads what it writes, whatever the two are called. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BIN, dislogs, environmentFor, received, STREAM } from './program.ts'

const LETTER = '{"code":"X","line":"poison","partitionKey":"k"}\n'

let dis: LocalDis
let folder: string
let letters: string

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dis-logs-own-file-')))
  letters = join(folder, 'letters.ndjson')
  writeFileSync(letters, LETTER.repeat(3), { mode: 0o600 })
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 1 }], limits: false })
  await dis.faults.add({ kind: 'record-error', code: 'DIS.4302', match: 'poison' })
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

const replay = (...args: string[]) => dislogs(['replay', '--timeout', '5', ...args], environmentFor(dis))

/** Another name of the letters, each kind in its way. */
const NAMES: Readonly<Record<string, () => string>> = {
  'another spelling': () => `${folder}//./letters.ndjson`,
  'a way through a folder and back': () => {
    mkdirSync(join(folder, 'sub'))
    return `${folder}/sub/../letters.ndjson`
  },
  'a symbolic link': () => {
    symlinkSync(letters, join(folder, 'symbolic'))
    return join(folder, 'symbolic')
  },
  'a hard link': () => {
    linkSync(letters, join(folder, 'hard'))
    return join(folder, 'hard')
  },
  'a folder that is a link': () => {
    symlinkSync(folder, join(folder, 'here'))
    return join(folder, 'here', 'letters.ndjson')
  }
}

describe('wrong usage, and nothing is sent or written, if --dead-letter is an input by', () => {
  it.each(Object.entries(NAMES))('%s', async (_, nameOf) => {
    const name = nameOf()
    const more = join(folder, 'more.ndjson')
    writeFileSync(more, LETTER)
    const ends = await Promise.all([
      replay('--dead-letter', name, letters),
      replay('--dead-letter', letters, more, name)
    ])
    for (const { status, stderr } of ends) {
      expect(stderr).toContain('--dead-letter must be another file than those that are read')
      expect(status).toBe(2)
    }
    expect(readFileSync(letters, 'utf8')).toBe(LETTER.repeat(3))
    expect((await dis.stats()).requests).toBe(0)
  })

  it.each(['-', ...['/dev/stdin', '/proc/self/fd/0'].filter((path) => existsSync(path))])(
    'standard input, read as %s',
    async (input) => {
      const child = spawn(process.execPath, [BIN, 'replay', '--dead-letter', letters, input], {
        env: environmentFor(dis),
        stdio: [openSync(letters, 'r'), 'ignore', 'ignore']
      })
      const [status] = await once(child, 'close')
      expect(status).toBe(2)
      expect(statSync(letters).size).toBe(3 * LETTER.length)
    }
  )

  it('another spelling of a file that does not exist', async () => {
    const absent = join(folder, 'absent.ndjson')
    const { status } = await replay('--dead-letter', absent, letters, `${folder}/./absent.ndjson`)
    expect(status).toBe(2)
    expect(existsSync(absent)).toBe(false)
  })
})

describe('an input that comes into being as the file of --dead-letter', () => {
  it('is told and not read; the others are', async () => {
    const refused = join(folder, 'refused.ndjson')
    symlinkSync(folder, join(folder, 'here'))
    const { status, stderr } = await replay(
      '--dead-letter',
      refused,
      letters,
      join(folder, 'here', 'refused.ndjson')
    )
    expect(stderr).toContain('refused.ndjson: it is the file that --dead-letter writes')
    expect(stderr).toContain('3 lines sent again, 0 delivered, 3 rejected')
    expect(status).toBe(1)
    expect(readFileSync(refused, 'utf8').trimEnd().split('\n').length).toBe(3)
  })
})

describe('another file', () => {
  it('that holds the same is written', async () => {
    const copy = join(folder, 'copy.ndjson')
    writeFileSync(copy, LETTER, { mode: 0o600 })
    expect((await replay('--dead-letter', copy, letters)).status).toBe(1)
    expect(readFileSync(copy, 'utf8').trimEnd().split('\n').length).toBe(4)
    expect(await received(dis)).toEqual([])
  })
})
