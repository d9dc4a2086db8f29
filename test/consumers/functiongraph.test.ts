import { createServer } from 'node:http'
import { join } from 'node:path'
import { createClient, createProducer } from '@dis-logs/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSite, type Site } from './site.ts'

const EXAMPLE = join(import.meta.dirname, '../../examples/functiongraph-consumer')

let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

/** What FunctionGraph would hand over: the answer of GetRecords, in an event. */
async function eventOf(partitionId: string) {
  const client = createClient({
    endpoint: site.dis.url,
    projectId: 'p',
    streamName: 'app-logs',
    credentials: { token: 'T' }
  })
  const cursor = await client.getCursor(partitionId, { type: 'TRIM_HORIZON' })
  const { records, nextCursor } = await client.getRecords(cursor)
  await client.close()
  return {
    ShardID: partitionId,
    Message: {
      next_partition_cursor: nextCursor,
      records: records.map(({ data, partitionKey, sequenceNumber }) => ({
        partition_key: partitionKey,
        data: data.toString('base64'),
        sequence_number: sequenceNumber
      }))
    },
    Tag: 'latest',
    StreamName: 'app-logs'
  }
}

/** Calls the handler in a process of its own, and tells what the webhook got. */
async function invoke(event: object, status = 200) {
  const bodies: unknown[] = []
  const webhook = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    bodies.push(JSON.parse(body))
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve))
  const address = webhook.address()
  if (address === null || typeof address === 'string') throw new Error('the webhook has no port')
  const { port } = address
  const program = site.start(join(import.meta.dirname, 'invoke.cjs'), {
    ALERT_URL: `http://127.0.0.1:${port}`,
    HANDLER: join(EXAMPLE, 'index.js'),
    EVENT: JSON.stringify(event)
  })
  const { stderr } = await program.ended
  webhook.close()
  return { result: program.printed.map((line): unknown => JSON.parse(line)), bodies, stderr }
}

describe('examples/functiongraph-consumer', () => {
  it('gets every line of packed records, and sends the errors on', async () => {
    const lines = Array.from({ length: 50 }, (_, n) => ({ level: n % 10 === 0 ? 50 : 30, n }))
    const producer = createProducer({
      endpoint: site.dis.url,
      projectId: 'p',
      streamName: 'app-logs',
      credentials: { token: 'T' },
      partitionId: '0',
      aggregate: true
    })
    for (const line of lines) producer.write(JSON.stringify(line))
    producer.write('plain text')
    await producer.close()
    expect(await site.dis.records('app-logs')).toHaveLength(1)
    const { bodies, result, stderr } = await invoke(await eventOf('shardId-0000000000'))
    expect(stderr).toBe('')
    expect(result).toEqual([{ lines: 51, errors: 5 }])
    expect(bodies).toEqual([lines.filter(({ level }) => level === 50)])
  })

  it('throws where the webhook fails, so that FunctionGraph calls again', async () => {
    const data = Buffer.from('{"level":"error","message":"x"}').toString('base64')
    const { result, stderr } = await invoke({ Message: { records: [{ data, sequence_number: '1' }] } }, 503)
    expect(result).toEqual([])
    expect(stderr).toContain('the webhook answered 503')
  })

  it('throws at what is no event of DIS', async () => {
    const { stderr } = await invoke({ records: [] })
    expect(stderr).toMatch(/linesOf: the record has no data/)
  })

  it('npm start shows it', async () => {
    const program = site.start(join(EXAMPLE, 'try.js'))
    expect(await program.ended).toEqual({ code: 0, stderr: '' })
    expect(program.printed).toEqual([
      'webhook: [{"level":50,"msg":"the first of two in one record"},{"level":"error","message":"from winston"}]',
      '{"lines":3,"errors":2}'
    ])
  })
})
