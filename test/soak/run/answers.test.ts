import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import { AnswerReader, placeOf } from '../answers.ts'
import { TcpProxy } from '../tcp-proxy.ts'

const agents: Agent[] = []
const made: (LocalDis | TcpProxy)[] = []
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy()
  for (const each of made.splice(0)) await ('close' in each ? each.close() : each.refuse())
})

/** A client of the local DIS, through the proxy, with one connection. */
async function start() {
  const dis = await createLocalDis({ streams: [{ name: 's' }], limits: false })
  const read: string[] = []
  const statuses: number[] = []
  const proxy = await TcpProxy.start(() => dis.port, {
    status: (status) => void statuses.push(status),
    read: (places) => void read.push(...places)
  })
  made.push(proxy, dis)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agents.push(agent)
  const send = async () => {
    const headers = { 'content-type': 'application/json' }
    const asked = request(`${proxy.url}/v2/p/records`, { method: 'POST', headers, agent }).end(JSON_BODY)
    const [response] = await once(asked, 'response')
    await once(response.resume(), 'end')
  }
  const stored = async () =>
    (await dis.records('s')).map(({ partitionId, sequenceNumber }) => placeOf(partitionId, sequenceNumber))
  const misbehave = (fault: Fault) => dis.faults.add(fault)
  return { proxy, read, statuses, send, stored, misbehave }
}

const JSON_BODY = JSON.stringify({
  stream_name: 's',
  records: ['a', 'b'].map((text) => ({ data: Buffer.from(text).toString('base64'), partition_key: text }))
})

describe('answers on their way', () => {
  it('say which records are stored, once the client goes on', async () => {
    const { read, statuses, send, stored } = await start()
    await send()
    expect(read).toEqual([])
    await send()
    expect(read).toEqual((await stored()).slice(0, 2))
    expect(statuses).toEqual([200, 200])
  })

  it('however they are sliced', async () => {
    const { proxy, read, send, stored } = await start()
    proxy.change({ sliceBytes: 7 })
    for (let times = 0; times < 3; times++) await send()
    expect(read).toEqual((await stored()).slice(0, 4))
  })

  it('say nothing of records that they do not name, or if they are refusals', async () => {
    const { read, send, stored, misbehave } = await start()
    await misbehave({ kind: 'short-list', times: 1 })
    await misbehave({ kind: '500', after: 1, times: 1 })
    for (let times = 0; times < 3; times++) await send()
    expect(read).toEqual((await stored()).slice(0, 1))
  })

  it('are read in protobuf, too; one that cannot be read says nothing', () => {
    const field = (number: number, bytes: readonly number[]) => {
      const tag = number * 8 + 2
      return [(tag & 127) | 128, tag >> 7, bytes.length, ...bytes]
    }
    const text = (value: string) => [...Buffer.from(value)]
    const stored = field(22, [...field(23, text('shardId-0000000001')), ...field(24, text('17'))])
    const failed = field(22, field(25, text('DIS.4303')))
    const body = [(21 * 8) | 128, 1, 1, ...failed, ...stored]
    const answer = (bytes: readonly number[]) =>
      Buffer.from([
        ...text(
          `HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${bytes.length}\r\n\r\n`
        ),
        ...bytes
      ])
    const reader = new AnswerReader(() => {})
    reader.handed(answer(body.slice(0, -3)))
    expect(reader.requested()).toEqual([])
    reader.handed(answer(body))
    expect(reader.requested()).toEqual(['shardId-0000000001/17'])
    expect(reader.requested()).toEqual([])
  })
})
