/** What consumers in TypeScript see: checked by `pnpm typecheck`. */
import { describe, expectTypeOf, it } from 'vitest'
import {
  type CheckpointStore,
  type FunctionGraphEvent,
  linesOf,
  type ReadOptions,
  readStream,
  type StreamReader,
  type StreamRecord
} from '../../../packages/core/src/reader.ts'

describe('the types of the reader', () => {
  it('readStream is an async iterable of records', () => {
    expectTypeOf(readStream).returns.toEqualTypeOf<StreamReader>()
    expectTypeOf<StreamReader>().toExtend<AsyncIterable<StreamRecord>>()
    expectTypeOf<StreamRecord['data']>().toEqualTypeOf<Buffer>()
    expectTypeOf<StreamRecord['partitionKey']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<StreamReader['checkpoint']>().returns.resolves.toEqualTypeOf<void>()
  })

  it('linesOf takes records of any reader, and events of FunctionGraph', () => {
    expectTypeOf(linesOf).returns.toEqualTypeOf<string[]>()
    expectTypeOf(linesOf).toBeCallableWith({ data: new Uint8Array() })
    expectTypeOf(linesOf).toBeCallableWith({ data: 'YQ==' })
    expectTypeOf<StreamRecord>().toExtend<Parameters<typeof linesOf>[0]>()
    expectTypeOf<FunctionGraphEvent>().toExtend<Parameters<typeof linesOf>[0]>()
    // @ts-expect-error: neither a record nor an event
    const wrong: Parameters<typeof linesOf>[0] = { records: [] }
    void wrong
  })

  it('options are those of a connection and its own, and none of a producer', () => {
    expectTypeOf<{ app: string; from: Date; dedupe: true; checkpointMs: null }>().toExtend<ReadOptions>()
    expectTypeOf<{ from: 'latest'; partitions: string[]; signal: AbortSignal }>().toExtend<ReadOptions>()
    expectTypeOf<ReadOptions>().not.toHaveProperty('aggregate')
    // @ts-expect-error: no such place
    const wrong: ReadOptions = { from: 'now' }
    void wrong
  })

  it('a store may be of promises or not', () => {
    expectTypeOf<{
      load(id: string): string | undefined
      save(id: string, n: string): void
    }>().toExtend<CheckpointStore>()
    expectTypeOf<{
      load(id: string): Promise<string | undefined>
      save(id: string, n: string): Promise<void>
    }>().toExtend<CheckpointStore>()
  })
})
