/** What commands print on a terminal: of records and errors of a hostile service, and of hostile arguments. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { run } from '../../../packages/cli/src/run.ts'
import type { Random } from '../generate/random.ts'
import { anyNumber, anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'
import { HostileServer, httpAnswer } from '../stand-ins/hostile-server.ts'
import { firstControl, Terminal } from '../stand-ins/terminal.ts'
import { READER_BODIES, readerAnswer } from './reader.ts'

const STATUSES = [0, 1, 2, 130, 143]
const TOKEN = 'a-token-of-a-terminal-2025'

/** Commands that ask for the stream, by the first byte. */
const OTHERS: Readonly<Record<number, string[]>> = {
  8: ['doctor', '--timeout', '1', '--measure', '0'],
  11: ['top', '--once', '--interval', '0.01']
}

function checkText(terminal: Terminal, status: number): void {
  const { text } = terminal
  expect(STATUSES.includes(status), `an exit status is 0, 1 or 2, not ${status}`)
  const control = firstControl(text)
  expect(control === undefined, `a terminal gets no ${control}`)
  expect(!/\n\s+at .*:\d+:\d+/.test(text), 'a terminal gets no stack trace')
}

/** The first byte says which answer is hostile and how it is printed; the others are honest. */
export async function tailTerminal(): Promise<Kind> {
  const server = new HostileServer()
  const endpoint = await server.listen()
  Object.assign(process.env, {
    DIS_ENDPOINT: endpoint,
    DIS_PROJECT_ID: 'p',
    DIS_STREAM_NAME: 's',
    DIS_TOKEN: TOKEN
  })
  const honest = (body: unknown) => httpAnswer(200, Buffer.from(JSON.stringify(body)))
  const kindOf = (request: string) =>
    request.includes('/records') ? 0 : request.includes('/cursors') ? 1 : 2
  const honestAnswers = [
    honest(READER_BODIES.records),
    honest(READER_BODIES.cursor),
    honest(READER_BODIES.stream)
  ]
  return {
    generate: (random) =>
      Buffer.concat([Buffer.of(random.pick([0, 0, 0, 1, 2, 2]) + 3 * random.below(4)), hostile(random)]),
    async check(input) {
      const [head = 0] = input
      let left = 1
      server.requests = 0
      server.answer = (request) => {
        const kind = kindOf(request)
        if (kind !== head % 3) return honestAnswers[kind] ?? Buffer.alloc(0)
        left--
        return input.subarray(1)
      }
      const output = [[], ['--output', 'json'], ['--output', 'raw']][Math.floor(head / 3) % 3] ?? []
      const terminal = new Terminal(Buffer.alloc(0))
      const tail = ['tail', '--limit', '4', '--from', 'beginning', ...output]
      const command = head % 3 === 2 ? (OTHERS[head] ?? tail) : tail
      const status = await terminal.stopAfter(
        run(command, terminal),
        10,
        () => left > 0 && server.requests < 20
      )
      checkText(terminal, status)
      expect(!terminal.text.includes(TOKEN), 'a terminal gets no secret')
    },
    close: () => server.close()
  }
}

/** Records whose texts are odd, more often than anything else. */
function hostile(random: Random): Buffer {
  if (random.chance(0.4)) return readerAnswer(random)
  if (random.chance(0.4)) {
    const error = { errorCode: anyText(random, 200), message: anyText(random, 2_000) }
    return httpAnswer(random.pick([400, 404, 441, 500, 502]), Buffer.from(JSON.stringify(error)))
  }
  const records = random.list(12, () => ({
    data: Buffer.from(anyText(random, 500)).toString('base64'),
    partition_key: anyText(random, 60),
    sequence_number: random.chance(0.5) ? anyNumber(random) : anyText(random, 30),
    timestamp: random.chance(0.9) ? 1_735_787_045_000 : anyText(random, 30)
  }))
  return httpAnswer(200, Buffer.from(JSON.stringify({ records, next_partition_cursor: 'n' })))
}

const COMMANDS = ['ship', 'tail', 'top', 'doctor', 'replay', 'spool', 'help', '__proto__', 'constructor']
const FLAGS = [
  '--stream',
  '--region',
  '--endpoint',
  '--project-id',
  '--stream-id',
  '--signing',
  '--partition-key',
  '--partition-id',
  '--spread',
  '--aggregate',
  '--ordered',
  '--linger-ms',
  '--max-records',
  '--dead-letter',
  '--timeout',
  '--code',
  '--from',
  '--limit',
  '--since',
  '--grep',
  '--key',
  '--ignore-case',
  '--output',
  '--json',
  '--quiet',
  '--all',
  '--once',
  '--interval',
  '--watch',
  '--rate',
  '--bytes',
  '--measure',
  '--no-aggregate',
  '--help',
  '-h',
  '--version',
  '-v',
  '--',
  '-',
  '--secret-key',
  '--__proto__',
  '--no-json'
]
const VALUES = [
  's',
  'lines.txt',
  'letters.ndjson',
  'folder',
  'missing',
  'http://127.0.0.1:1',
  'http://u:p\n@h',
  'latest',
  'beginning',
  'json',
  'sdk',
  '1',
  '0',
  '0.01',
  '1e3'
]

function args(random: Random): Buffer {
  const value = () => (random.chance(0.6) ? random.pick(VALUES) : anyText(random, 2_000))
  const rest = random.list(10, () =>
    random.pick([
      () => random.pick(FLAGS),
      () => `${random.pick(FLAGS)}=${value()}`,
      value,
      () => `${anyText(random, 50)}=${value()}`
    ])()
  )
  return Buffer.from(JSON.stringify([random.chance(0.95) ? random.pick(COMMANDS) : anyText(random), ...rest]))
}

/** No argument names a path outside the folder of the kind. */
function argsOf(input: Buffer): string[] | undefined {
  try {
    const all: unknown = JSON.parse(input.toString('utf8'))
    if (!Array.isArray(all) || !all.every((each) => typeof each === 'string')) return undefined
    return all.map((each) => each.replace(/^[/~]/, '.').replace(/=[/~]/, '=.'))
  } catch {
    return undefined
  }
}

export function argumentsKind(): Kind {
  mkdirSync('a/b/c/d/folder', { recursive: true })
  process.chdir('a/b/c/d')
  // Without lines: what is shipped to nowhere is waited for, as long as a close may take.
  writeFileSync('lines.txt', '\n')
  writeFileSync('letters.ndjson', 'not JSON\u202e\n{"code":"\u001b"}\n')
  return {
    generate: args,
    async check(input) {
      const argv = argsOf(input)
      if (argv === undefined) return
      process.env['DIS_TOKEN'] = 'another-token'
      const terminal = new Terminal(Buffer.alloc(0))
      checkText(terminal, await terminal.stopAfter(run(argv, terminal), 30))
    }
  }
}
