/** Answers to the reading client. */
import { createClient, type DisClient, DisRequestError } from '../../../packages/core/src/index.ts'
import { mutate } from '../generate/bytes.ts'
import { encoded, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'
import { HostileServer, httpAnswer } from '../stand-ins/hostile-server.ts'
import { firstControl } from '../stand-ins/terminal.ts'

const TOKEN = 'a-token-of-the-reader-2025'
const NAMES = [
  'partitions',
  'has_more_partitions',
  'partition_id',
  'status',
  'records',
  'data',
  'sequence_number',
  'timestamp',
  'next_partition_cursor',
  'partition_cursor',
  'stream_names',
  'apps',
  'app_name',
  'partition_consuming_states',
  'tasks',
  'task_name',
  'obs_destination_description'
]

const partition = (n: number) => ({
  partition_id: `shardId-000000000${n}`,
  status: 'ACTIVE',
  hash_range: '[0 : 9]'
})
const record = { data: 'aGVsbG8=', partition_key: 'k', sequence_number: '12', timestamp: 1_735_787_045_000 }

/** What an honest service says; hostile ones begin with it, too. */
export const READER_BODIES = {
  stream: {
    stream_name: 's',
    stream_id: 'i',
    status: 'RUNNING',
    stream_type: 'COMMON',
    partitions: [partition(0), partition(1)],
    has_more_partitions: false
  },
  more: { stream_name: 's', status: 'RUNNING', partitions: [partition(0)], has_more_partitions: true },
  cursor: { partition_cursor: 'c' },
  records: { records: [record, record], next_partition_cursor: 'n' },
  names: { total_number: 2, stream_names: ['a', 'b'], has_more_streams: false },
  apps: { total_number: 1, apps: [{ app_name: 'reader', create_time: 1 }], has_more_app: false },
  states: {
    has_more: false,
    partition_consuming_states: [{ partition_id: '0', sequence_number: '7', latest_offset: 9 }]
  },
  tasks: {
    total_number: 1,
    tasks: [{ task_name: 't', destination_type: 'OBS', state: 'RUNNING' }],
    obs_destination_description: { destination_file_type: 'text', record_delimiter: ',' }
  },
  error: { errorCode: 'DIS.4301', message: `not with ${TOKEN}` }
} as const

export function readerAnswer(
  random: Random,
  bodies: readonly unknown[] = Object.values(READER_BODIES)
): Buffer {
  const body = encoded(random, mangledJson(random, random.pick(bodies), NAMES, random.pick([0, 0.05, 0.2])))
  const headers = random.list(
    3,
    () =>
      `${random.pick(['x-request-id', 'content-encoding', 'location', 'date', 'x'])}: ${anyText(random, 500)}`
  )
  const whole = httpAnswer(
    random.pick([200, 200, 200, 200, 201, 302, 400, 401, 404, 441, 500]),
    body,
    headers
  )
  return random.chance(0.3) ? mutate(random, whole) : whole
}

export async function readerReply(): Promise<Kind> {
  const server = new HostileServer()
  const endpoint = await server.listen()
  const make = () =>
    createClient({
      endpoint,
      projectId: 'p',
      streamName: 's',
      credentials: { token: TOKEN },
      requestTimeoutMs: 5_000
    })
  return {
    generate: (random) => Buffer.concat([random.bytes(1), readerAnswer(random)]),
    async check(input) {
      server.answer = () => input.subarray(1)
      server.requests = 0
      const client = make()
      try {
        await ask(client, (input[0] ?? 0) % 8)
      } catch (error) {
        checkError(error)
      } finally {
        await client.close()
      }
      expect(server.requests <= 10, `${server.requests} requests, all answered alike`)
    },
    close: () => server.close()
  }
}

async function ask(client: DisClient, call: number): Promise<void> {
  if (call === 0) {
    const stream = await client.describeStream()
    for (const { partitionId, status, hashRange } of stream.partitions)
      for (const text of [partitionId, status, hashRange])
        expect(typeof text === 'string', 'a partition is text')
  } else if (call === 1) {
    const cursor = await client.getCursor('0', { type: 'LATEST' })
    expect(typeof cursor === 'string' && cursor !== '', 'a cursor is text')
  } else if (call > 2) {
    await askForOperators(client, call)
  } else {
    const { records, nextCursor } = await client.getRecords('c')
    expect(typeof nextCursor === 'string' && nextCursor !== '', 'a cursor is text')
    for (const { data, partitionKey, sequenceNumber, timestamp } of records) {
      expect(Buffer.isBuffer(data) && typeof sequenceNumber === 'string', 'a record has data and a number')
      expect(partitionKey === undefined || typeof partitionKey === 'string', 'a key is text')
      expect(typeof timestamp === 'number', 'a time is a number')
    }
  }
}

async function askForOperators(client: DisClient, call: number): Promise<void> {
  if (call === 3 || call === 4) {
    const names = call === 3 ? await client.listStreams() : await client.listApps()
    for (const name of names) expect(/^[\w.-]+$/.test(name), 'a name leads to no other path')
  } else if (call === 5) {
    for (const { partitionId, sequenceNumber } of await client.consumerStates('reader')) {
      expect(typeof partitionId === 'string', 'a partition is text')
      expect(sequenceNumber === undefined || /^\d{1,40}$/.test(sequenceNumber), 'a number is one')
    }
  } else if (call === 6) {
    for (const { destinationType, taskName } of await client.listTransferTasks()) {
      expect(/^[\w.-]+$/.test(taskName), 'a name leads to no other path')
      expect(typeof destinationType === 'string', 'a destination is text')
    }
  } else {
    const { fileType, recordDelimiter } = await client.transferTaskDetails('t')
    for (const text of [fileType, recordDelimiter])
      expect(text === undefined || typeof text === 'string', 'what a dump writes is text')
  }
}

function checkError(error: unknown): void {
  if (!(error instanceof DisRequestError)) throw error
  expect(error.message.length <= 2_000, `a message is short, not ${error.message.length} characters`)
  expect(error.serviceCode.length <= 128, 'a code is short')
  expect(!error.message.includes(TOKEN), 'a message holds no secret')
  const control = firstControl(error.message + error.serviceCode)
  expect(control === undefined, `a message holds no ${control}`)
}
