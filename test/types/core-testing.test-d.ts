/** `@dis-logs/core/testing`: a producer without a machine. */
import { createProducer } from '@dis-logs/core'
import {
  afterKill,
  afterPowerLoss,
  assembleProducer,
  type CrashState,
  type DiskFault,
  type DiskOperation,
  type ExitListener,
  type FaultCode,
  type LetterFile,
  ManualClock,
  MemoryDisk,
  type MemoryProcess,
  type ProducerInside,
  type ProducerParts,
  ScriptedTransport,
  type SentRecord,
  stored,
  type Transport,
  throttled,
  type WireReply,
  type WireRequest
} from '@dis-logs/core/testing'
import { expectTypeOf } from 'expect-type'

const clock = new ManualClock(0, () => 0.5)
expectTypeOf(clock.advance(1_000)).toEqualTypeOf<Promise<void>>()

const transport = new ScriptedTransport((records, request) => {
  expectTypeOf(records).toEqualTypeOf<readonly SentRecord[]>()
  expectTypeOf(request).toEqualTypeOf<WireRequest>()
  return stored(records)
})
expectTypeOf(transport).toExtend<Transport>()
expectTypeOf(transport.batches).toEqualTypeOf<SentRecord[][]>()
expectTypeOf(throttled).toEqualTypeOf<(records: readonly SentRecord[]) => WireReply>()
expectTypeOf<WireReply['kind']>().toEqualTypeOf<'answer' | 'failure'>()

const disk = new MemoryDisk()
const process = disk.process({ machine: 'a' })
expectTypeOf(process).toEqualTypeOf<MemoryProcess>()
const fault: DiskFault = { operation: 'write', nth: 1, code: 'ENOSPC', isLasting: true }
disk.failAt(fault)
expectTypeOf<DiskFault['operation']>().toEqualTypeOf<DiskOperation>()
expectTypeOf<DiskFault['code']>().toEqualTypeOf<FaultCode>()
expectTypeOf(afterKill(disk, 1)).toEqualTypeOf<CrashState>()
expectTypeOf(afterPowerLoss(disk, 1)).toExtend<Iterable<CrashState>>()
expectTypeOf<CrashState['disk']>().returns.toEqualTypeOf<MemoryDisk>()

const letters: LetterFile = { bytes: 0, append: () => {}, close: () => {} }
const listener: ExitListener = { onBeforeExit: () => {}, onLeaving: () => {}, onExit: () => {} }
expectTypeOf<ExitListener['onHandOver']>().toEqualTypeOf<(() => void) | undefined>()
const parts: ProducerParts = {
  clock,
  transport,
  disk: process,
  openLetterFile: () => letters,
  joinExit: (joined) => {
    expectTypeOf(joined).toEqualTypeOf<ExitListener>()
    return () => {}
  },
  inspect: (inside) => expectTypeOf(inside).toEqualTypeOf<ProducerInside>()
}
const producer = assembleProducer({ streamName: 'app-logs' }, parts)
expectTypeOf(producer).toExtend<ReturnType<typeof createProducer>>()
expectTypeOf(producer.writeTo({ spread: true }, 'a line')).toEqualTypeOf<boolean>()
void listener
// @ts-expect-error: the parts of a producer are no options
createProducer({ clock })
