/** pino, or whoever stands in front, may hand over text that is cut anywhere. */
import { once } from 'node:events'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import fc from 'fast-check'
import { disStream } from 'pino-dis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionsFor, STREAM } from '../e2e/arrivals.ts'

let dis: LocalDis

beforeAll(async () => {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 1 }], limits: false })
})
afterAll(() => dis.close())

const line = fc.oneof(
  fc.constantFrom(
    '{"hostname":"web-01","msg":"a"}',
    '{"hostname":"web-02","msg":"日本 😀"}',
    '',
    'plain',
    '\r'
  ),
  fc.nat(3_000).map((length) => `{"hostname":"web-01","msg":"${'ü'.repeat(length)}"}`)
)
const ending = fc.constantFrom('\n', '\n', '\n', '\r\n')
const given = fc.array(fc.tuple(line, ending), { maxLength: 40 }).map((lines) => lines.flat().join(''))

/** The pieces of a text, as text or as bytes: bytes are cut within a character, too. */
function piecesOf(text: string, cuts: readonly number[], asBytes: boolean): (string | Buffer)[] {
  const whole = asBytes ? Buffer.from(text) : text
  const places = [...cuts.map((cut) => Math.floor(cut * whole.length)), whole.length].sort((a, b) => a - b)
  return places.map((to, index) => whole.slice(places[index - 1] ?? 0, to))
}

describe('text that is cut anywhere', () => {
  it.each([
    ['as text', false],
    ['as bytes', true]
  ])('arrives line by line, %s', async (_, asBytes) => {
    const cut = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(given, cut, async (text, cuts) => {
        const before = (await dis.records(STREAM)).length
        const stream = disStream({ ...optionsFor(dis), partitionId: 'shardId-0000000000' })
        for (const piece of piecesOf(text, cuts, asBytes)) stream.write(piece)
        stream.end('the last one has no end')
        await once(stream, 'close')
        const records = await dis.records(STREAM)
        const lines = `${text}the last one has no end`.split(/\r?\n/).filter((one) => one !== '')
        expect(records.slice(before).map(({ data }) => data.toString('utf8'))).toEqual(lines)
      }),
      { numRuns: 40 }
    )
  })
})
