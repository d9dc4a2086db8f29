import { describe, expect, it } from 'vitest'
import { SENT_AT, sentTimes } from '../../bench/sink/sent-times.mjs'

const JSON_TYPE = { 'content-type': 'application/json' }
const line = (sentAt: number) =>
  JSON.stringify({ level: 30, [SENT_AT]: sentAt, msg: 'order "4711" accepted' })
const sent = [1_795_000_000_000.125, 1_795_000_000_001, 1_795_000_000_002.5]
const body = (value: unknown) => Buffer.from(JSON.stringify(value))

describe('the times of the lines in a body', () => {
  it('are those of each line of each record, as DIS gets them', () => {
    const record = (...times: number[]) => ({
      data: Buffer.from(times.map((time) => `${line(time)}\n`).join('')).toString('base64'),
      partition_key: 'web-01'
    })
    const [first = 0, ...others] = sent
    expect(sentTimes(JSON_TYPE, body({ records: [record(first), record(...others)] }))).toEqual(sent)
  })

  it('are found where lines are strings of another JSON text, as Loki gets them', () => {
    const values = sent.map((time) => ['1795000000000000000', line(time)])
    expect(sentTimes(JSON_TYPE, body({ streams: [{ stream: { job: 'bench' }, values }] }))).toEqual(sent)
  })

  it('are found where lines are objects', () => {
    expect(sentTimes(JSON_TYPE, Buffer.from(sent.map((time) => line(time)).join('\n')))).toEqual(sent)
  })

  it('are none where no line says one', () => {
    expect(sentTimes(JSON_TYPE, body({ records: [{ data: 'e30=' }], sentAt: 'never' }))).toEqual([])
  })
})
