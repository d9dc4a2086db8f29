/** The public entry `@dis-logs/core/reader`: for those who want the lines back. */

export {
  type FunctionGraphEvent,
  type FunctionGraphRecord,
  linesOf,
  type RecordData
} from './reader/lines-of.ts'
export type { CursorPosition } from './reader/position.ts'
export type { CheckpointStore } from './reader/progress.ts'
export type { ReadOptions } from './reader/read-options.ts'
export { type ReadStats, readStream, type StreamReader, type StreamRecord } from './reader/read-stream.ts'
