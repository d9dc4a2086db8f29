/** May these credentials write? Only a record tells; it is written if the user asks for it. */
import {
  type AttemptMessage,
  channels,
  createProducer,
  cureOf,
  type DisOptions,
  type WarningEvent
} from '@dis-logs/core'
import { type Check, failed, passed } from './check.ts'

const NAME = 'write'

/** Sends one record and waits for its end, or for the first refusal: the key is not to be locked by trying again. */
export async function checkWrite(options: DisOptions, timeoutMs: number): Promise<Check> {
  const failure = new FirstFailure()
  const onAttempt = (message: unknown) => failure.attempted(message)
  channels.attempt.subscribe(onAttempt)
  const producer = createProducer(options)
  producer.on('rejected', (event) => failure.refused(event))
  producer.on('warning', (event) => failure.warned(event))
  try {
    producer.write(JSON.stringify({ time: new Date().toISOString(), msg: 'test record of dis-logs doctor' }))
    await Promise.race([producer.flush({ timeoutMs }), failure.isFinal])
    if (producer.stats().delivered === 1) return passed(NAME, 'one test record is stored')
    if (producer.stats().throttledRecords > 0)
      failure.refused({
        code: 'DIS.4303',
        message: 'the stream takes no more at the moment',
        cure: cureOf('DIS.4303')
      })
    return failure.toCheck(timeoutMs)
  } finally {
    channels.attempt.unsubscribe(onAttempt)
    await producer.close({ timeoutMs: 0 })
  }
}

/** Why the record is not stored: a refusal beats what the last attempt gave. */
class FirstFailure {
  readonly isFinal: Promise<void>
  #end: () => void = () => {}
  #failure: { readonly detail: string; readonly cure: string } | undefined

  constructor() {
    this.isFinal = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  attempted(message: unknown): void {
    if (!isAttempt(message) || message.code === undefined) return
    const { code, cure = cureOf(code), outcome } = message
    this.#failure ??= { detail: code, cure }
    // A wrong clock is corrected, and the record sent again.
    if (outcome === 'unauthorized' && code !== 'DIS.4105') this.#end()
  }

  refused({ code, message, cure }: WarningEvent): void {
    this.#failure = { detail: `${code}: ${message}`, cure }
    this.#end()
  }

  warned({ code, message, cure }: WarningEvent): void {
    if (code !== 'CLOCK') this.#failure = { detail: `${code}: ${message}`, cure }
  }

  toCheck(timeoutMs: number): Check {
    const { cure, detail } = this.#failure ?? {
      detail: `no answer within ${timeoutMs / 1_000} s`,
      cure: cureOf('NETWORK_TIMEOUT')
    }
    return failed(NAME, `the test record is not stored: ${detail}`, cure)
  }
}

function isAttempt(message: unknown): message is AttemptMessage {
  return typeof message === 'object' && message !== null && 'outcome' in message
}
