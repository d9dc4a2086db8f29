/** The public entry `@dis-logs/core/reader`: for those who want the lines back. */
export {
  type FunctionGraphEvent,
  type FunctionGraphRecord,
  linesOf,
  type RecordData
} from './reader/lines-of.ts'
