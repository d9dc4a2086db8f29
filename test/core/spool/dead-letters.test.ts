import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createProducer,
  DisConfigError,
  type DisOptions,
  type Producer,
  validateOptions,
  type WarningEvent
} from '../../../packages/core/src/index.ts'

/** Dead letters hold what a log holds, personal data too, and other users may have a hand in their folder. */

let dir = ''
let path = ''
const open: Producer[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-letters-'))
  path = join(dir, 'dead.ndjson')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((producer) => producer.close({ timeoutMs: 0 })))
  rmSync(dir, { recursive: true, force: true })
})

const isWindows = process.platform === 'win32'
const isRoot = process.geteuid?.() === 0
const modeOf = (name: string) => statSync(name).mode & 0o777
/** What a file holds, as a reader of NDJSON sees it. */
const linesOf = (name: string) => readFileSync(name, 'utf8').split('\n').filter(Boolean)

const optionsFor = (deadLetter: DisOptions['deadLetter']): DisOptions => ({
  // Nobody is asked: a line that is too large is a dead letter at once.
  endpoint: 'http://127.0.0.1:9',
  projectId: 'p',
  streamName: 's',
  credentials: { token: 'T' },
  oversize: 'reject',
  ...(deadLetter === undefined ? {} : { deadLetter })
})

function producerFor(deadLetter: DisOptions['deadLetter'] = path) {
  const producer = createProducer(optionsFor(deadLetter))
  open.push(producer)
  const warnings: WarningEvent[] = []
  producer.on('warning', (event) => warnings.push(event))
  return { producer, warnings }
}

const LARGE = 'x'.repeat(1_048_577)
/** Rejects a line. Its letter is in the file afterwards, if it can be. */
const reject = (producer: Producer) => producer.write(LARGE)

function refusalOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof DisConfigError && error.option === 'deadLetter') return error.message
    throw error
  }
  throw new Error('it was accepted')
}

describe.skipIf(isWindows)('what stands in the place of the file', () => {
  const refused = (words: RegExp) => {
    expect(refusalOf(() => createProducer(optionsFor(path)))).toMatch(words)
    expect(refusalOf(() => validateOptions(optionsFor(path)))).toMatch(words)
  }

  it('is not followed if it is a link', () => {
    writeFileSync(join(dir, 'victim'), 'precious')
    symlinkSync(join(dir, 'victim'), path)
    refused(/it is a link, .*name the file itself.*allowed: a regular file, and no link/s)
    expect(readFileSync(join(dir, 'victim'), 'utf8')).toBe('precious')
  })

  it('is not made where a link leads to nothing', () => {
    symlinkSync(join(dir, 'nothing'), path)
    refused(/it is a link/)
    expect(existsSync(join(dir, 'nothing'))).toBe(false)
  })

  it('blocks nobody if it is a pipe', () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', path])
    refused(/it is no regular file/)
  })

  it('is refused if it is a folder or a device', () => {
    mkdirSync(path)
    refused(/it is a folder/)
    path = '/dev/null'
    refused(/it is no regular file/)
  })

  it('is not followed either if it was put there later: the line is counted, and a warning says so', async () => {
    const { producer, warnings } = producerFor()
    reject(producer)
    writeFileSync(join(dir, 'victim'), 'precious')
    rmSync(path)
    symlinkSync(join(dir, 'victim'), path)
    reject(producer)
    await producer.close({ timeoutMs: 0 })
    expect(readFileSync(join(dir, 'victim'), 'utf8')).toBe('precious')
    expect(producer.stats()).toMatchObject({ written: 2, rejected: 2, deadLetters: 1 })
    expect(warnings).toMatchObject([
      { code: 'DEAD_LETTER', message: expect.stringContaining('it is a link'), cure: expect.any(String) }
    ])
  })
})

describe.skipIf(isWindows)('only the user of the process may read', () => {
  it('the file and the folders that are made for it, whatever the umask', () => {
    const before = process.umask(0)
    try {
      for (const make of [
        (name: string) => reject(producerFor(name).producer),
        (name: string) => validateOptions(optionsFor(name))
      ]) {
        const folder = mkdtempSync(join(dir, 'made-'))
        make(join(folder, 'a', 'b', 'dead.ndjson'))
        expect([modeOf(join(folder, 'a')), modeOf(join(folder, 'a', 'b'))]).toEqual([0o700, 0o700])
      }
      reject(producerFor().producer)
      expect(modeOf(path)).toBe(0o600)
    } finally {
      process.umask(before)
    }
  })

  it.each([0o666, 0o644, 0o660, 0o602])('a file that was there with the mode %o', (mode) => {
    writeFileSync(path, '{"line":"old"}\n')
    chmodSync(path, mode)
    const { producer } = producerFor()
    expect(modeOf(path)).toBe(0o600)
    reject(producer)
    expect(linesOf(path).length).toBe(2)
  })

  it('and a second name of the file is worth a warning', async () => {
    writeFileSync(path, '')
    linkSync(path, join(dir, 'second'))
    const { producer, warnings } = producerFor()
    reject(producer)
    await producer.close({ timeoutMs: 0 })
    expect(warnings).toMatchObject([
      { code: 'DEAD_LETTER', message: expect.stringContaining('a second name') }
    ])
    expect(linesOf(path).length).toBe(1)
  })

  it.runIf(isRoot)('and a file of somebody else is worth a warning', async () => {
    writeFileSync(path, '')
    chownSync(path, 12_345, 12_345)
    const { producer, warnings } = producerFor()
    reject(producer)
    await producer.close({ timeoutMs: 0 })
    expect(warnings).toMatchObject([
      {
        code: 'DEAD_LETTER',
        message: expect.stringContaining('belongs to user 12345'),
        cure: expect.stringContaining('chmod 600')
      }
    ])
    expect(linesOf(path).length).toBe(1)
  })
})

describe('a letter has a line of its own', () => {
  const lastOf = (name: string) => JSON.parse(linesOf(name).at(-1) ?? '')

  it('behind a torn line that an earlier process left', () => {
    writeFileSync(path, '{"line":"whole"}\n{"line":"to')
    reject(producerFor().producer)
    expect(linesOf(path).slice(0, 2)).toEqual(['{"line":"whole"}', '{"line":"to'])
    expect(lastOf(path)).toMatchObject({ code: 'OVERSIZE' })
    expect(linesOf(path).length).toBe(3)
  })

  it('behind a torn line of another process, between two letters', () => {
    const { producer } = producerFor()
    reject(producer)
    appendFileSync(path, '{"line":"to')
    reject(producer)
    expect(linesOf(path).length).toBe(3)
    expect(lastOf(path)).toMatchObject({ code: 'OVERSIZE' })
  })

  it('and none in front of it is empty', () => {
    const { producer } = producerFor()
    reject(producer)
    reject(producer)
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(3)
  })
})

describe('the file is looked at for each letter', () => {
  it('and made again if it was deleted', () => {
    const { producer } = producerFor()
    reject(producer)
    rmSync(path)
    reject(producer)
    expect(linesOf(path).length).toBe(1)
    if (!isWindows) expect(modeOf(path)).toBe(0o600)
  })

  it('so the bound counts what others wrote, and ends when the file is emptied', async () => {
    const { producer, warnings } = producerFor({ path, maxBytes: 4 * 1_048_576 })
    reject(producer)
    appendFileSync(path, `${'y'.repeat(3 * 1_048_576)}\n`)
    reject(producer)
    reject(producer)
    expect(producer.stats().deadLetters).toBe(1)
    truncateSync(path, 0)
    reject(producer)
    expect(producer.stats()).toMatchObject({ rejected: 4, deadLetters: 2 })
    await producer.close({ timeoutMs: 0 })
    expect(warnings.map(({ code }) => code)).toEqual(['DEAD_LETTER'])
  })
})
