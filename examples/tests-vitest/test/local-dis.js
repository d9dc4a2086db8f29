import { createLocalDis } from '@dis-logs/local'
import { afterAll, beforeAll, beforeEach } from 'vitest'

const STREAM = 'app-logs'

/** A service for the tests of a file. `options` lead a logger there. */
export function useLocalDis() {
  const local = {
    options: undefined,
    dis: undefined,
    /** What has arrived since the test began: the key and the line. */
    arrived: async () => {
      const records = await local.dis.records(STREAM)
      return records.map(({ partitionKey, data }) => ({ key: partitionKey, line: JSON.parse(data) }))
    }
  }
  beforeAll(async () => {
    // unref: the run ends also if a mistake keeps `afterAll` from being called.
    local.dis = await createLocalDis({ unref: true, streams: [{ name: STREAM, partitions: 2 }] })
    local.options = {
      endpoint: local.dis.url,
      projectId: 'test',
      streamName: STREAM,
      credentials: { accessKey: 'test', secretKey: 'test' }
    }
  })
  beforeEach(async () => {
    await local.dis.faults.clear()
    await local.dis.takeRecords(STREAM)
  })
  afterAll(() => local.dis.close())
  return local
}
