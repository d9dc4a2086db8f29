export type { Io, StopSignal, TextOutput } from './io.ts'
export { run } from './run.ts'
