import { Batch } from '../../../packages/core/src/queue/batch.ts'
import { Lane } from '../../../packages/core/src/queue/lane.ts'
import type { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import type { Route } from '../../../packages/core/src/record/route.ts'
import type { BodyFormat } from '../../../packages/core/src/wire/format.ts'

export interface TestRecord {
  readonly route: Route
  readonly lines: readonly (string | Uint8Array)[]
}

/** A batch as the queue would make it for that format. */
export function batchOf(store: LineStore, format: BodyFormat, records: readonly TestRecord[]): Batch {
  const batch = new Batch()
  for (const { route, lines } of records) {
    lines.forEach((line, index) => {
      const id = store.put(line, 0, 0)
      batch.add(id, store.length(id) + (index > 0 ? 1 : 0))
    })
    batch.endRecord(
      new Lane('k', { routeOf: () => route, encode: (value) => format.encodeRoute(value) }, store)
    )
  }
  return batch
}

/** What the batcher reckons with. */
export function boundOf(format: BodyFormat, batch: Batch, store: LineStore): number {
  let bytes = format.emptyBytes
  for (let record = 0; record < batch.records; record++) {
    let data = batch.end(record) - batch.begin(record) - 1
    for (let index = batch.begin(record); index < batch.end(record); index++)
      data += store.length(batch.line(index))
    bytes += format.recordBytes(data, batch.encodedRoute(record).length)
  }
  return bytes
}
