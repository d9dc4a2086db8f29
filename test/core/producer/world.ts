import { afterEach } from 'vitest'
import type { DisOptions, RoutedProducer } from '../../../packages/core/src/index.ts'
import { assembleProducer, ManualClock, ScriptedTransport } from '../../../packages/core/src/testing.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'

export interface World {
  readonly producer: RoutedProducer
  readonly clock: ManualClock
  readonly transport: ScriptedTransport
  readonly stderr: string[]
  /** All events but drain, in order. */
  readonly events: { readonly name: string; readonly payload: unknown }[]
}

/** A producer whose time, network, hostname and stderr belong to the test. */
export function world(options: DisOptions = {}, random: () => number = () => 0.5): World {
  const clock = new ManualClock(undefined, random)
  const transport = new ScriptedTransport()
  const stderr: string[] = []
  const events: World['events'] = []
  const producer = assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'T' },
      ...options
    },
    { clock, transport, env: {}, hostname: 'this-host', stderr: (text) => stderr.push(text) }
  )
  for (const name of ['rejected', 'dropped', 'warning', 'stats'] as const) {
    producer.on(name, (payload: unknown) => events.push({ name, payload }))
  }
  return { producer, clock, transport, stderr, events }
}

/** Lines `prefix-0` … as JSON with a hostname. */
export function lines(count: number, prefix = 'line', hostname = 'web-01'): string[] {
  return Array.from({ length: count }, (_, index) => `{"hostname":"${hostname}","msg":"${prefix}-${index}"}`)
}

/** Fails if the books don't balance. */
export function expectBalanced({ producer }: World): void {
  const { written, delivered, rejected, dropped, spooled, buffered } = producer.stats()
  if (written !== delivered + rejected + dropped + spooled + buffered) {
    throw new Error(`the books don't balance: ${JSON.stringify(producer.stats())}`)
  }
}

/** {@link world} for the tests of a file: after each, the books of the worlds that it opened must balance. */
export function checkedWorlds(): typeof world {
  const opened: World[] = []
  afterEach(() => opened.splice(0).forEach(expectBalanced))
  return (...args) => {
    const one = world(...args)
    opened.push(one)
    return one
  }
}

/** An answer that is no success. */
export function errorReply(
  status: number,
  body: unknown = {},
  headers: Record<string, string> = {}
): WireReply {
  return { kind: 'answer', status, headers, body: Buffer.from(JSON.stringify(body)) }
}
