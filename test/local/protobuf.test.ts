import { describe, expect, it } from 'vitest'
import { decodeSendRequest, encodeGetRecords, encodeSendResult } from '../../packages/local/src/protobuf.ts'
import { call, codeOf, cursor, record, STREAM, send, start } from './calls.ts'

const PROTOBUF = { 'content-type': 'application/x-protobuf; charset=utf-8' }

const GOLDEN = {
  oneRecord: '0a096e657773747265616d12061a0464617461',
  twoRecords:
    '0a096e657773747265616d12121a04646174612a026b31e80188c1e1a7c232121b1a02ff002201303212736861726449642d30303030303030303032f201057369643031',
  result:
    'a80101b2011aba0112736861726449642d30303030303030303030c201023137b2012cca01084449532e34333033d2011e4578636565646564207472616666696320636f6e74726f6c206c696d6974',
  records: '72036162638201268a01026b3192010231379a010464617461d80188c1e1a7c232e2010a43726561746554696d65'
}
const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex')

/** A field of a message, read by hand: the second opinion on what the codec wrote. */
type Field = readonly [number, number | Buffer]

function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const value = varint()
    const isNumber = (tag & 7) === 0
    fields.push([tag >> 3, isNumber ? value : bytes.subarray(at, at + value)])
    if (!isNumber) at += value
  }
  return fields
}

/** Writes a message by hand: numbers as varints, text and bytes with their length. */
function message(...fields: readonly (readonly [number, number | string | Buffer])[]): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([...varint(number * 8), ...varint(value)])
      const bytes = Buffer.from(value)
      return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes])
    })
  )
}

describe('protobuf bodies', () => {
  it('decode the golden request of one record', () => {
    expect(decodeSendRequest(fromHex(GOLDEN.oneRecord))).toEqual({
      streamName: 'newstream',
      streamId: '',
      records: [
        {
          data: Buffer.from('data'),
          partitionId: '',
          explicitHashKey: '',
          partitionKey: '',
          timestampMs: undefined
        }
      ]
    })
  })

  it('decode the golden request of two records with every field', () => {
    expect(decodeSendRequest(fromHex(GOLDEN.twoRecords))).toEqual({
      streamName: 'newstream',
      streamId: 'sid01',
      records: [
        {
          data: Buffer.from('data'),
          partitionId: '',
          explicitHashKey: '',
          partitionKey: 'k1',
          timestampMs: 1735787045000
        },
        {
          data: Buffer.from([255, 0]),
          partitionId: 'shardId-0000000002',
          explicitHashKey: '0',
          partitionKey: '',
          timestampMs: undefined
        }
      ]
    })
  })

  it('keep a byte order mark in a key: without it the key has another partition', () => {
    const entry = message([3, 'data'], [5, '\ufeffk'])
    const request = decodeSendRequest(message([1, '\ufeffs'], [2, entry]))
    expect(request).toMatchObject({ streamName: '\ufeffs', records: [{ partitionKey: '\ufeffk' }] })
  })

  it('encode the golden result', () => {
    const entries = [
      { partitionId: 'shardId-0000000000', sequenceNumber: '17' },
      { errorCode: 'DIS.4303', errorMessage: 'Exceeded traffic control limit' }
    ]
    expect(Buffer.from(encodeSendResult({ failedCount: 1, entries })).toString('hex')).toBe(GOLDEN.result)
  })

  it('encode the golden records', () => {
    const kept = {
      partitionKey: 'k1',
      sequenceNumber: '17',
      data: Buffer.from('data'),
      timestampMs: 1735787045000
    }
    expect(Buffer.from(encodeGetRecords({ nextCursor: 'abc', records: [kept] })).toString('hex')).toBe(
      GOLDEN.records
    )
  })

  it('agree with a reader and a writer made by hand', () => {
    const result = fieldsOf(
      Buffer.from(encodeSendResult({ failedCount: 0, entries: [{ partitionId: 'p', sequenceNumber: '9' }] }))
    )
    expect(result[0]).toEqual([21, 0])
    expect(fieldsOf(message([1, message([23, 'p'], [24, '9'])]))[0]?.[1]).toEqual(result[1]?.[1])
    const request = message(
      [1, 's'],
      [2, message([3, Buffer.from([0, 1])], [5, '键'], [29, 1735787045000])],
      [30, 'i']
    )
    expect(decodeSendRequest(request)).toMatchObject({
      streamName: 's',
      streamId: 'i',
      records: [{ data: Buffer.from([0, 1]), partitionKey: '键', timestampMs: 1735787045000 }]
    })
  })

  it('skip fields that nobody knows', () => {
    const body = message(
      [1, 's'],
      [99, 5],
      [98, 'x'],
      [2, message([3, 'd'], [7, message([8, 'file'])], [77, 1])]
    )
    expect(decodeSendRequest(body)).toMatchObject({ streamName: 's', records: [{ data: Buffer.from('d') }] })
  })
})

describe('protobuf calls', () => {
  const post = (
    dis: Parameters<typeof call>[0],
    body: Buffer | string,
    headers: Record<string, string> = PROTOBUF
  ) => call(dis, 'POST', 'records', { body, headers })

  it.each([
    'application/x-protobuf; charset=utf-8',
    'application/x-protobuf;charset=utf-8',
    'Application/X-Protobuf'
  ])('store and answer protobuf for %s', async (type) => {
    const dis = await start({ streams: [{ name: 'newstream', partitions: 3 }] })
    const reply = await post(dis, fromHex(GOLDEN.twoRecords), { 'content-type': type })
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/x-protobuf'])
    const [count, ...entries] = fieldsOf(reply.bytes)
    expect(count).toEqual([21, 0])
    const places = entries.map(([, value]) =>
      fieldsOf(Buffer.from(typeof value === 'number' ? [] : value)).map(([field, text]) => [
        field,
        text.toString()
      ])
    )
    expect(places[1]).toEqual([
      [23, 'shardId-0000000002'],
      [24, '0']
    ])
    expect(
      (await dis.records('newstream')).map(({ data, partitionKey }) => [data.toString('hex'), partitionKey])
    ).toEqual([
      ['64617461', 'k1'],
      ['ff00', undefined]
    ])
  })

  it('answer errors as JSON', async () => {
    const dis = await start()
    const missing = await post(dis, fromHex(GOLDEN.oneRecord))
    expect([missing.status, codeOf(missing), missing.headers.get('content-type')]).toEqual([
      400,
      'DIS.4301',
      'application/json; charset=utf-8'
    ])
    expect(codeOf(await post(dis, Buffer.from([0x0a, 0xff])))).toBe('DIS.4200')
    expect(codeOf(await post(dis, ''))).toBe('DIS.4202')
  })

  it('read records when a GET has the protobuf content type, and JSON otherwise', async () => {
    const dis = await start()
    await send(dis, [record('data', { partition_key: 'a', timestamp: 1735787045000 })])
    const at = await cursor(dis, { 'cursor-type': 'TRIM_HORIZON' })
    const reply = await call(dis, 'GET', `records?partition-cursor=${at}`, { headers: PROTOBUF })
    expect(reply.headers.get('content-type')).toBe('application/x-protobuf')
    const [following, first] = fieldsOf(reply.bytes)
    expect(following?.[0]).toBe(14)
    const kept = first?.[1]
    const fields = kept === undefined || typeof kept === 'number' ? [] : fieldsOf(kept)
    expect(
      fields.map(([field, value]) => [field, typeof value === 'number' ? value : value.toString()])
    ).toEqual([
      [17, 'a'],
      [18, '0'],
      [19, 'data'],
      [27, 1735787045000],
      [28, 'CreateTime']
    ])
    expect(await dis.records(STREAM)).toHaveLength(1)
  })
})
