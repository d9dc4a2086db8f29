/** `@dis-logs/cli`: the command as a function. */
import { PassThrough } from 'node:stream'
import { type Io, run, type StopSignal, type TextOutput } from '@dis-logs/cli'
import { expectTypeOf } from 'expect-type'

const output: TextOutput = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 25 })
const io: Io = {
  stdin: new PassThrough(),
  stdout: output,
  stderr: process.stderr,
  onSignal: (listener) => {
    expectTypeOf(listener).parameter(0).toEqualTypeOf<StopSignal>()
    return () => {}
  },
  exit: (status) => expectTypeOf(status).toEqualTypeOf<number>()
}
expectTypeOf(run(['ship', '--stream', 'app-logs'], io)).toEqualTypeOf<Promise<number>>()
expectTypeOf<StopSignal>().toEqualTypeOf<'SIGINT' | 'SIGTERM'>()
// @ts-expect-error: words, not one text
run('ship', io)
