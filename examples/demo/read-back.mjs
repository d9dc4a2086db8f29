// Reads a whole stream through cursors and GetRecords, as any consumer would.
import { createClient } from '@dis-logs/core'

/** Every record of every partition: { partitionId, partitionKey, line }. */
export async function readBack({
  DIS_ENDPOINT,
  DIS_PROJECT_ID,
  DIS_STREAM_NAME,
  HUAWEICLOUD_SDK_AK,
  HUAWEICLOUD_SDK_SK
}) {
  const client = createClient({
    endpoint: DIS_ENDPOINT,
    projectId: DIS_PROJECT_ID,
    streamName: DIS_STREAM_NAME,
    credentials: { accessKey: HUAWEICLOUD_SDK_AK, secretKey: HUAWEICLOUD_SDK_SK }
  })
  const all = []
  const { partitions } = await client.describeStream()
  for (const { partitionId } of partitions) {
    let cursor = await client.getCursor(partitionId, { type: 'TRIM_HORIZON' })
    for (;;) {
      const { records, nextCursor } = await client.getRecords(cursor, { limit: 5_000 })
      if (records.length === 0) break
      for (const { data, partitionKey } of records)
        all.push({ partitionId, partitionKey, line: JSON.parse(data.toString()) })
      cursor = nextCursor
    }
  }
  await client.close()
  return all
}
