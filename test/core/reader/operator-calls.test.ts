import { describe, expect, it } from 'vitest'
import { clientOf } from './answered-client.ts'

describe('the calls of operators', () => {
  it('list streams and apps page by page', async () => {
    const { client, urls } = await clientOf(({ pathname, searchParams }) => {
      const isSecond = searchParams.has('start_stream_name') || searchParams.has('start_app_name')
      return pathname.endsWith('/streams')
        ? { stream_names: isSecond ? ['b'] : ['a'], has_more_streams: !isSecond }
        : { apps: [{ app_name: isSecond ? 'y' : 'x' }], has_more_app: !isSecond }
    })
    expect(await client.listStreams()).toEqual(['a', 'b'])
    expect(await client.listApps()).toEqual(['x', 'y'])
    expect(urls[3]).toBe('/v2/p/apps?limit=100&stream_name=app-logs&start_app_name=x')
  })

  it('tell how far an app is, also where the service writes numbers, short ids and -1', async () => {
    const { client, urls } = await clientOf(() => ({
      partition_consuming_states: [
        { partition_id: 0, sequence_number: -1 },
        { partition_id: 'shardId-0000000001', sequence_number: '12345678901234567890' }
      ],
      has_more: false
    }))
    expect(await client.consumerStates('reader')).toEqual([
      { partitionId: 'shardId-0000000000', sequenceNumber: undefined },
      { partitionId: 'shardId-0000000001', sequenceNumber: '12345678901234567890' }
    ])
    expect(urls).toEqual(['/v2/p/apps/reader/streams/app-logs?checkpoint_type=LAST_READ&limit=1000'])
  })

  it('tell the dump tasks and what they write', async () => {
    const { client } = await clientOf(({ pathname }) =>
      pathname.endsWith('transfer-tasks')
        ? { tasks: [{ task_name: 't', destination_type: 'OBS', state: 'RUNNING' }] }
        : { obs_destination_description: { destination_file_type: 'text', record_delimiter: '|' } }
    )
    expect(await client.listTransferTasks()).toEqual([
      { taskName: 't', destinationType: 'OBS', state: 'RUNNING' }
    ])
    expect(await client.transferTaskDetails('t')).toEqual({ fileType: 'text', recordDelimiter: '|' })
  })

  it('know a consumer by a name of 200 letters, which the service allows it', async () => {
    const name = 'a'.repeat(200)
    const { client } = await clientOf(() => ({ apps: [{ app_name: name }, { app_name: `${name}a` }] }))
    expect(await client.listApps()).toEqual([name])
  })

  it('leave out names that could lead to another path', async () => {
    const { client } = await clientOf(() => ({
      apps: [{ app_name: '../streams/x' }, { app_name: 'good' }, { app_name: '' }, 7],
      tasks: [{ task_name: 'a/b' }, { task_name: 'good' }],
      stream_names: ['a?b', 'good', { x: 1 }]
    }))
    expect(await client.listApps()).toEqual(['good'])
    expect(await client.listStreams()).toEqual(['good'])
    expect((await client.listTransferTasks()).map(({ taskName }) => taskName)).toEqual(['good'])
  })

  it.each<[string, (calls: number) => unknown]>([
    ['the same page for ever', () => ({ stream_names: ['a'], has_more_streams: true })],
    ['new pages for ever', (calls) => ({ stream_names: [`a${calls}`], has_more_streams: true })]
  ])('end when there are %s', async (_, answer) => {
    const { client, urls } = await clientOf((_url, calls) => answer(calls))
    await expect(client.listStreams()).rejects.toMatchObject({ serviceCode: 'UNREADABLE_ANSWER' })
    expect(urls.length).toBeLessThanOrEqual(100)
  })

  it('refuse an answer that is none', async () => {
    const { client } = await clientOf(() => ({}))
    for (const call of [
      client.listStreams(),
      client.listApps(),
      client.listTransferTasks(),
      client.consumerStates('a')
    ])
      await expect(call).rejects.toMatchObject({ serviceCode: 'UNREADABLE_ANSWER' })
  })

  it('give the type of the data and the sequence numbers of a partition, as far as there are any', async () => {
    const { client } = await clientOf(() => ({
      stream_name: 'app-logs',
      data_type: 'JSON',
      partitions: [
        { partition_id: 'a', sequence_number_range: '[5 : 12345678901234567890]' },
        { partition_id: 'b', sequence_number_range: '[x : 7]' },
        { partition_id: 'c' }
      ]
    }))
    const { dataType, partitions } = await client.describeStream()
    expect(dataType).toBe('JSON')
    expect(
      partitions.map(({ oldestSequenceNumber, nextSequenceNumber }) => [
        oldestSequenceNumber,
        nextSequenceNumber
      ])
    ).toEqual([
      ['5', '12345678901234567890'],
      [undefined, undefined],
      [undefined, undefined]
    ])
  })
})
