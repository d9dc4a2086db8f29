import { describe, expect, it } from 'vitest'
import { call, STREAM, start } from './calls.ts'

const P1 = 'shardId-0000000001'

async function store(dis: Awaited<ReturnType<typeof start>>, records: number): Promise<void> {
  const body = {
    stream_name: STREAM,
    records: Array.from({ length: records }, () => ({ data: 'YQ==', partition_id: '1' }))
  }
  expect((await call(dis, 'POST', 'records', { body })).json).toMatchObject({ failed_record_count: 0 })
}

const checkpoint = (sequence: string, own: object = {}) => ({
  body: {
    app_name: 'reader',
    checkpoint_type: 'LAST_READ',
    stream_name: STREAM,
    partition_id: '1',
    sequence_number: sequence,
    metadata: 'm',
    ...own
  }
})
const place = `app_name=reader&checkpoint_type=LAST_READ&stream_name=${STREAM}&partition_id=1`

describe('apps', () => {
  it('are made once, with an empty answer, shown, listed in pages, and removed', async () => {
    const dis = await start()
    const made = await call(dis, 'POST', 'apps', { body: { app_name: 'reader' } })
    expect([made.status, made.text]).toEqual([201, ''])
    expect((await call(dis, 'POST', 'apps/', { body: { app_name: 'reader' } })).json).toMatchObject({
      errorCode: 'DIS.4330'
    })
    await call(dis, 'POST', 'apps', { body: { app_name: 'b' } })
    expect((await call(dis, 'GET', 'apps/reader')).json).toMatchObject({
      app_name: 'reader',
      commit_checkpoint_stream_names: []
    })
    expect((await call(dis, 'GET', 'apps?limit=1')).json).toMatchObject({
      total_number: 2,
      apps: [{ app_name: 'b' }],
      has_more_app: true
    })
    expect((await call(dis, 'GET', 'apps?start_app_name=b')).json).toMatchObject({
      apps: [{ app_name: 'reader' }],
      has_more_app: false
    })
    expect((await call(dis, 'DELETE', 'apps/reader')).status).toBe(204)
    expect((await call(dis, 'DELETE', 'apps/reader')).json).toMatchObject({ errorCode: 'DIS.4332' })
  })

  it('have a name', async () => {
    const dis = await start()
    for (const app_name of ['', 'a b', 'x'.repeat(201), 7]) {
      expect((await call(dis, 'POST', 'apps', { body: { app_name } })).json).toMatchObject({
        errorCode: 'DIS.4200'
      })
    }
  })
})

describe('checkpoints', () => {
  it('say how far an app has read; without one the number is -1', async () => {
    const dis = await start()
    await store(dis, 5)
    await call(dis, 'POST', 'apps', { body: { app_name: 'reader' } })
    expect((await call(dis, 'GET', `checkpoints?${place}`)).json).toMatchObject({ errorCode: 'DIS.4375' })
    const committed = await call(dis, 'POST', 'checkpoints', checkpoint('2'))
    expect([committed.status, committed.text]).toEqual([201, ''])
    expect((await call(dis, 'GET', `checkpoints?${place}`)).json).toEqual({
      sequence_number: '2',
      metadata: 'm'
    })
    expect((await call(dis, 'GET', `apps?stream_name=${STREAM}`)).json).toMatchObject({ total_number: 1 })
    expect((await call(dis, 'GET', 'apps?stream_name=other')).json).toMatchObject({ total_number: 0 })
    const state = await call(dis, 'GET', `apps/reader/streams/${STREAM}?checkpoint_type=LAST_READ&limit=2`)
    expect(state.json).toEqual({
      has_more: true,
      stream_name: STREAM,
      app_name: 'reader',
      partition_consuming_states: [
        expect.objectContaining({ sequence_number: '-1', latest_offset: 0 }),
        {
          partition_id: P1,
          sequence_number: '2',
          latest_offset: 5,
          earliest_offset: 0,
          checkpoint_type: 'LAST_READ',
          status: 'ACTIVE'
        }
      ]
    })
    expect((await call(dis, 'DELETE', `checkpoints?${place}`)).status).toBe(204)
    expect((await call(dis, 'GET', `checkpoints?${place}`)).json).toMatchObject({ errorCode: 'DIS.4375' })
  })

  it('are refused outside of the records, and for what does not exist', async () => {
    const dis = await start()
    await store(dis, 1)
    await call(dis, 'POST', 'apps', { body: { app_name: 'reader' } })
    const codeOf = async (options: ReturnType<typeof checkpoint>) =>
      (await call(dis, 'POST', 'checkpoints', options)).json['errorCode']
    expect(await codeOf(checkpoint('9'))).toBe('DIS.4224')
    expect((await call(dis, 'POST', 'checkpoints', checkpoint('9'))).json['message']).toBe(
      'Sequence_number out of range. [9][ should be within ][0][ ][1]'
    )
    expect(await codeOf(checkpoint('x'))).toBe('DIS.4216')
    expect(await codeOf(checkpoint('0', { app_name: 'nobody' }))).toBe('DIS.4332')
    expect(await codeOf(checkpoint('0', { stream_name: 'nothing' }))).toBe('DIS.4301')
    expect(await codeOf(checkpoint('0', { partition_id: '7' }))).toBe('DIS.4302')
  })

  it('go with their stream', async () => {
    const dis = await start()
    await store(dis, 1)
    await call(dis, 'POST', 'apps', { body: { app_name: 'reader' } })
    await call(dis, 'POST', 'checkpoints', checkpoint('0'))
    await call(dis, 'DELETE', `streams/${STREAM}`)
    expect((await call(dis, 'GET', 'apps/reader')).json).toMatchObject({ commit_checkpoint_stream_names: [] })
  })
})

describe('dump tasks', () => {
  const task = (task_name: string) => ({
    body: {
      destination_type: 'OBS',
      obs_destination_descriptor: { task_name, obs_bucket_path: 'b', record_delimiter: '|' }
    }
  })
  const tasks = `streams/${STREAM}/transfer-tasks`

  it('are made, listed, shown with what they were made of, and removed', async () => {
    const dis = await start()
    expect((await call(dis, 'GET', tasks)).json).toEqual({ total_number: 0, tasks: [] })
    expect((await call(dis, 'POST', tasks, task('t'))).status).toBe(201)
    expect((await call(dis, 'GET', tasks)).json).toMatchObject({
      total_number: 1,
      tasks: [{ task_name: 't', destination_type: 'OBS', state: 'RUNNING' }]
    })
    expect((await call(dis, 'GET', `${tasks}/t`)).json).toMatchObject({
      task_name: 't',
      obs_destination_description: { record_delimiter: '|' }
    })
    expect((await call(dis, 'DELETE', `${tasks}/t`)).status).toBe(204)
    expect((await call(dis, 'GET', `${tasks}/t`)).status).toBe(400)
  })

  it('are five at most, with names that are free, and a destination', async () => {
    const dis = await start()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await call(dis, 'POST', tasks, task(name))
    expect((await call(dis, 'POST', tasks, task('f'))).json).toMatchObject({ errorCode: 'DIS.4357' })
    expect((await call(dis, 'POST', tasks, task('a'))).json).toMatchObject({ errorCode: 'DIS.4300' })
    const nowhere = await call(dis, 'POST', tasks, { body: { destination_type: 'TAPE' } })
    expect(nowhere.json).toMatchObject({ errorCode: 'DIS.4200' })
  })
})

it('a stream to start with has the type of data that it is given', async () => {
  const dis = await start({ streams: [{ name: STREAM, dataType: 'JSON' }] })
  expect((await call(dis, 'GET', `streams/${STREAM}`)).json).toMatchObject({ data_type: 'JSON' })
})
