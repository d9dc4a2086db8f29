/** `@dis-logs/core/reader`: the consumer's side. */
import {
  type CheckpointStore,
  type CursorPosition,
  type FunctionGraphEvent,
  type FunctionGraphRecord,
  linesOf,
  type ReadOptions,
  type ReadStats,
  type RecordData,
  readStream,
  type StreamReader,
  type StreamRecord
} from '@dis-logs/core/reader'
import { expectTypeOf } from 'expect-type'

const store: CheckpointStore = { load: async () => undefined, save: () => {} }
const options: ReadOptions = {
  streamName: 'app-logs',
  from: 'beginning',
  partitions: ['shardId-0000000000'],
  checkpoints: store,
  dedupe: { lookBack: 1_000 },
  signal: new AbortController().signal,
  onWarning: ({ code }) => expectTypeOf(code).toEqualTypeOf<string>()
}
const reader = readStream(options)
expectTypeOf(reader).toEqualTypeOf<StreamReader>()
expectTypeOf(reader.checkpoint()).toEqualTypeOf<Promise<void>>()
expectTypeOf(reader.stats()).toEqualTypeOf<ReadStats>()
expectTypeOf<ReadStats>().toEqualTypeOf<Readonly<Record<'records' | 'repeats' | 'partitions', number>>>()
expectTypeOf<ReadOptions['from']>().toEqualTypeOf<
  'beginning' | 'latest' | Date | CursorPosition | undefined
>()
// @ts-expect-error: an option of producers
readStream({ ordered: true })

export async function read(): Promise<void> {
  for await (const record of reader) {
    expectTypeOf(record).toEqualTypeOf<StreamRecord>()
    expectTypeOf(record.data).toEqualTypeOf<Buffer>()
    expectTypeOf(linesOf(record)).toEqualTypeOf<string[]>()
  }
}

const record: FunctionGraphRecord = { sequence_number: '1', data: 'YQ==' }
const event: FunctionGraphEvent = { Message: { records: [record] } }
expectTypeOf(linesOf(event)).toEqualTypeOf<string[]>()
expectTypeOf(linesOf).parameter(0).toEqualTypeOf<RecordData | FunctionGraphEvent>()
expectTypeOf<RecordData['data']>().toEqualTypeOf<Uint8Array | string>()
// @ts-expect-error: neither a record nor an event
linesOf({ records: [record] })
