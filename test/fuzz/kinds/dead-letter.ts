/** Dead letters: what is written is read back, and what others wrote into such a file is no harm. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { LineSplitter } from '../../../packages/cli/src/lines.ts'
import { parseLetter } from '../../../packages/cli/src/replay/letters.ts'
import { DeadLetters } from '../../../packages/core/src/spool/dead-letters.ts'
import { mutate } from '../generate/bytes.ts'
import { encoded, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'

const NAMES = [
  'time',
  'code',
  'message',
  'attempts',
  'partitionKey',
  'partitionId',
  'explicitHashKey',
  'line',
  'lineBase64'
]

/** A file as somebody may have left it. */
function letters(random: Random): Buffer {
  const letter = {
    time: '2025-01-02T03:04:05.000Z',
    code: 'DIS.4302',
    message: 'no',
    attempts: 1,
    ...random.pick([{ partitionKey: 'k' }, { partitionId: '0' }, { explicitHashKey: '1' }, {}]),
    ...random.pick([{ line: anyText(random) }, { lineBase64: 'AAH/' }])
  }
  const lines = Array.from({ length: 1 + random.size(8) }, () =>
    encoded(random, mangledJson(random, letter, NAMES, 0.1))
  )
  const file = Buffer.concat(lines.flatMap((each) => [each, Buffer.from('\n')]))
  return random.chance(0.5) ? mutate(random, file) : file
}

export const letterFile = (): Kind => ({
  generate: letters,
  check(input) {
    const splitter = new LineSplitter(100_000)
    // In pieces, as a file is read: where they end must not matter.
    const size = 1 + ((input[0] ?? 0) % 97) * 7
    for (let at = 0; at < input.length; at += size) checkAll(splitter.push(input.subarray(at, at + size)))
    checkAll(splitter.end())
  }
})

function checkAll(lines: Iterable<Buffer>): void {
  for (const line of lines) {
    expect(line.length > 0 && line.length <= 100_000 && !line.includes(10), 'a line is within its bounds')
    const letter = parseLetter(line)
    if (typeof letter === 'string') {
      expect(letter !== '' && letter.length < 200, 'a reason is a short text')
      continue
    }
    expect(Buffer.isBuffer(letter.line) && typeof letter.code === 'string', 'a letter has a line and a code')
  }
}

/** Any line, route and reason: the first byte says which route, the rest is cut in four. */
export function letterRoundTrip(dir: string): Kind {
  const folder = join(dir, 'letters')
  mkdirSync(folder)
  return {
    generate: (random) => {
      const bytes = Buffer.from([anyText(random), anyText(random, 200), anyText(random, 200)].join('|'))
      return Buffer.concat([random.bytes(2), random.chance(0.5) ? mutate(random, bytes) : bytes])
    },
    check(input) {
      const [kind = 0, at = 0] = input
      const line = input.subarray(2 + Math.min(at, input.length))
      const value = input.toString('utf8', 2, 2 + at)
      const routes = [
        { partitionKey: value },
        { partitionId: value },
        { explicitHashKey: value },
        { spread: true as const }
      ]
      const route = routes[kind % routes.length]
      const path = join(folder, 'dead.ndjson')
      const failures: unknown[] = []
      const keep = (failure: unknown) => void failures.push(failure)
      const file = new DeadLetters(path, 8 * 1_048_576, { now: () => 0 }, { failed: keep, exposed: keep })
      const letter = { code: value, message: value, attempts: 1, route, line }
      expect(file.write(letter) && file.write(letter), 'a letter is written')
      file.close()
      expect(failures.length === 0, `a letter is written: ${failures[0]}`)
      const read = readFileSync(path)
      rmSync(path)
      const lines = read.toString('utf8').split('\n')
      expect(lines.length === 3 && lines[0] === lines[1], 'a letter is one line')
      const parsed = parseLetter(Buffer.from(lines[0] ?? ''))
      // A producer writes no letter of an empty line.
      if (typeof parsed === 'string' && line.length === 0) return
      if (typeof parsed === 'string') throw new Error(parsed)
      expect(parsed.line.equals(line), 'the bytes of the line come back')
      expect(parsed.code === value, 'the code comes back')
      expect(isDeepStrictEqual(parsed.route, route), 'the route comes back')
    }
  }
}
