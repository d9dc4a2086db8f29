/**
 * Second entry, `@dis-logs/core/testing`: what tests of the producer and of adapters need. Not covered by
 * semantic versioning.
 */
export type { ProducerParts } from './pipeline.ts'
export { assembleProducer } from './producer.ts'
export { ManualClock } from './testing/manual-clock.ts'
export { ScriptedTransport, type SentRecord, stored, throttled } from './testing/scripted-transport.ts'
export type { Transport, WireReply, WireRequest } from './wire/message.ts'
