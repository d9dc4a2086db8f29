/** May these credentials write? Only a record tells; it is written if the user asks for it. */
import { type AttemptMessage, channels, createProducer, type DisOptions } from '@dis-logs/core'
import { cureFor } from '../cures.ts'
import { inFlags } from '../options.ts'
import { type Check, failed, passed } from './check.ts'

const NAME = 'write'

/** Sends one record and waits for its end, or for the first refusal: the key is not to be locked by trying again. */
export async function checkWrite(options: DisOptions, timeoutMs: number): Promise<Check> {
  const trouble = new FirstTrouble(options.signing)
  const onAttempt = (message: unknown) => trouble.attempted(message)
  channels.attempt.subscribe(onAttempt)
  const producer = createProducer(options)
  producer.on('rejected', ({ code, message }) => trouble.refused(code, message))
  producer.on('warning', ({ code, message, cure }) => trouble.warned(code, message, cure))
  try {
    producer.write(JSON.stringify({ time: new Date().toISOString(), msg: 'test record of dis-logs doctor' }))
    await Promise.race([producer.flush({ timeoutMs }), trouble.isFinal])
    if (producer.stats().delivered === 1) return passed(NAME, 'one test record is stored')
    if (producer.stats().throttledRecords > 0)
      trouble.refused('DIS.4303', 'the stream takes no more at the moment')
    return trouble.toCheck(timeoutMs)
  } finally {
    channels.attempt.unsubscribe(onAttempt)
    await producer.close({ timeoutMs: 0 })
  }
}

/** Why the record is not stored: a refusal beats what the last attempt gave. */
class FirstTrouble {
  readonly isFinal: Promise<void>
  readonly #signing: string | undefined
  #end: () => void = () => {}
  #failure: { readonly detail: string; readonly cure: string } | undefined

  constructor(signing: string | undefined) {
    this.#signing = signing
    this.isFinal = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  attempted(message: unknown): void {
    if (!isAttempt(message) || message.code === undefined) return
    const { code, outcome } = message
    this.#failure ??= {
      detail: code,
      cure: cureFor(code, outcome === 'unauthorized' ? 401 : 0, this.#signing)
    }
    // A wrong clock is corrected, and the record sent again.
    if (outcome === 'unauthorized' && code !== 'DIS.4105') this.#end()
  }

  refused(code: string, message: string): void {
    this.#failure = { detail: `${code}: ${inFlags(message)}`, cure: cureFor(code, 400) }
    this.#end()
  }

  warned(code: string, message: string, cure: string): void {
    if (code !== 'CLOCK') this.#failure = { detail: `${code}: ${inFlags(message)}`, cure: inFlags(cure) }
  }

  toCheck(timeoutMs: number): Check {
    const { cure, detail } = this.#failure ?? {
      detail: `no answer within ${timeoutMs / 1_000} s`,
      cure: cureFor('NETWORK_TIMEOUT', 0)
    }
    return failed(NAME, `the test record is not stored: ${detail}`, cure)
  }
}

function isAttempt(message: unknown): message is AttemptMessage {
  return typeof message === 'object' && message !== null && 'outcome' in message
}
