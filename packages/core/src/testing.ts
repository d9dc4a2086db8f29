/**
 * The second entry, `@dis-logs/core/testing`, for tests of the producer and of adapters. Semantic versioning does not cover
 * it.
 */
export type { ProducerInside, ProducerParts } from './compose.ts'
export type { ExitListener } from './process-exit.ts'
export { assembleProducer } from './producer.ts'
export type { LetterFile } from './spool/dead-letters.ts'
export { afterKill, afterPowerLoss, type CrashState } from './testing/crash-states.ts'
export type { DiskFault, DiskOperation, FaultCode } from './testing/disk-faults.ts'
export { ManualClock } from './testing/manual-clock.ts'
export { MemoryDisk } from './testing/memory-disk.ts'
export type { MemoryProcess } from './testing/memory-process.ts'
export { ScriptedTransport, type SentRecord, stored, throttled } from './testing/scripted-transport.ts'
export type { Transport, WireReply, WireRequest } from './wire/message.ts'
