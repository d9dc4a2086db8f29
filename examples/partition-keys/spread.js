// Counts what is in each partition of the stream, by the key that app.js was started with.
import { createClient } from '@dis-logs/core'

const client = createClient()
const rows = []
for (const { partitionId } of (await client.describeStream()).partitions) {
  const row = { partition: partitionId, tenant: 0, trace: 0, none: 0 }
  let cursor = await client.getCursor(partitionId, { type: 'TRIM_HORIZON' })
  for (;;) {
    const { records, nextCursor } = await client.getRecords(cursor)
    if (records.length === 0) break
    // A record holds several lines where `aggregate` is on.
    for (const line of records.flatMap(({ data }) => data.toString().split('\n'))) row[JSON.parse(line).key]++
    cursor = nextCursor
  }
  rows.push(row)
}
await client.close()
console.table(rows)
