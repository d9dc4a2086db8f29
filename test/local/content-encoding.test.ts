import { Encoder } from '@toondepauw/node-zstd'
import fc from 'fast-check'
import lz4 from 'lz4-napi'
import { compressSync as snappy } from 'snappy'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeBody, prepareDecoder } from '../../packages/local/src/content-encoding.ts'
import { Refusal } from '../../packages/local/src/errors.ts'
import { decodeLz4Block } from '../../packages/local/src/lz4-block.ts'
import { decodeSnappyBlock } from '../../packages/local/src/snappy-block.ts'
import { base64, call, codeOf, STREAM, start } from './calls.ts'

/** Bodies as the Java SDK makes them, by native codecs that the server doesn't have. */
const COMPRESS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  // That package puts the size in front of the block.
  lz4: (body) => lz4.compressSync(body).subarray(4),
  snappy: (body) => snappy(body),
  zstd: (body) => new Encoder(3).encodeSync(body)
}

function headersFor(name: string, length: number): Record<string, string> {
  const lengths = name === 'snappy' ? {} : { [`x-dis-${name}-content-length`]: String(length) }
  return { 'content-encoding': name, 'accept-encoding': name, ...lengths }
}

const text = Buffer.from(
  JSON.stringify({
    stream_name: STREAM,
    records: Array.from({ length: 50 }, (_, n) => ({ data: base64(`line ${n}`) }))
  })
)

beforeAll(() => prepareDecoder({ 'content-encoding': 'zstd' }))

describe.each(Object.entries(COMPRESS))('a body in %s', (name, compress) => {
  const decode = (body: Buffer, length: number, maxBytes = 1e6) =>
    decodeBody(body, headersFor(name, length), maxBytes)

  it('is taken, and answered without compression', async () => {
    const dis = await start()
    const reply = await call(dis, 'POST', 'records', {
      body: compress(text),
      headers: headersFor(name, text.length)
    })
    expect([reply.status, reply.headers.get('content-encoding')]).toEqual([200, null])
    expect((await dis.records(STREAM)).map(({ data }) => data.toString()).sort()).toEqual(
      Array.from({ length: 50 }, (_, n) => `line ${n}`).sort()
    )
  })

  it('is undone byte for byte, whatever it holds', () => {
    const runs = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(300)))
    fc.assert(
      fc.property(runs, (pieces) => {
        const body = Buffer.concat(
          pieces.flatMap(([piece, times]) => Array.from({ length: times }, () => piece))
        )
        if (body.length > 0) expect(decode(compress(body), body.length)).toEqual(body)
      }),
      { numRuns: 100 }
    )
  })

  it('is refused when it is cut short or too large, and never gives other bytes without a word', () => {
    const body = compress(text)
    for (let length = 0; length < body.length; length++) {
      expect(decode(body.subarray(0, length), text.length)).toBeInstanceOf(Refusal)
    }
    expect(decode(body, text.length, text.length - 1)).toBeInstanceOf(Refusal)
    expect(decode(Buffer.from('not at all'), 100)).toBeInstanceOf(Refusal)
    expect(decode(Buffer.alloc(0), 100)).toBeInstanceOf(Refusal)
  })

  it('needs the header with the right length, but for snappy, which has none', async () => {
    const body = compress(text)
    if (name === 'snappy') return expect(decode(body, -1)).toEqual(text)
    for (const wrong of [text.length + 1, text.length - 1, 0, -1]) {
      expect(decode(body, wrong)).toBeInstanceOf(Refusal)
    }
    const dis = await start()
    const reply = await call(dis, 'POST', 'records', { body, headers: { 'content-encoding': name } })
    expect([reply.status, codeOf(reply)]).toEqual([400, 'DIS.4200'])
    expect(reply.text).toContain(`x-dis-${name}-content-length`)
  })
})

describe('an LZ4 block', () => {
  it.each([
    ['whose match begins before the first byte', [0x14, 0x61, 0x02, 0x00, 0x00]],
    ['whose match has no distance', [0x14, 0x61, 0x00, 0x00, 0x00]],
    ['whose literals end beyond it', [0xf0, 0xff, 0xff]],
    ['whose match is longer than the body', [0x1f, 0x61, 0x01, 0x00, 0xff, 0xff, 0x10, 0x00]],
    ['that ends in a distance', [0x14, 0x61, 0x01]]
  ])('%s is refused', (_, bytes) => {
    expect(decodeLz4Block(Uint8Array.from(bytes), 64)).toBeUndefined()
  })
})

describe('a Snappy block', () => {
  it.each([
    ['whose size does not end', [0xff, 0xff]],
    ['that is larger than allowed', [0x41, 0x00, 0x61]],
    ['whose copy begins before the first byte', [0x08, 0x00, 0x61, 0x0d, 0x02]],
    ['whose copy has no distance', [0x08, 0x00, 0x61, 0x0d, 0x00]],
    ['whose literal ends beyond it', [0x08, 0x1c, 0x61]],
    ['whose length is missing', [0x08, 0xfc, 0x61]],
    ['that holds more than it says', [0x01, 0x04, 0x61, 0x61]],
    ['that holds less than it says', [0x03, 0x04, 0x61, 0x61]]
  ])('%s is refused', (_, bytes) => {
    expect(decodeSnappyBlock(Uint8Array.from(bytes), 64)).toBeUndefined()
  })
})
