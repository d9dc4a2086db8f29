import fc from 'fast-check'
import { expect } from 'vitest'
import { type SentRecord, stored } from '../../packages/core/src/testing.ts'
import type { WireReply } from '../../packages/core/src/wire/message.ts'

/** A model of the service that keeps what it stored, and the steps of a run against it. */

export type Mood =
  | 'good'
  | 'throttle'
  | 'fault'
  | 'refuse-some'
  | 'down'
  | 'too-large'
  | 'lost-answer'
  | 'unreadable'

export type Step =
  | { readonly do: 'write'; readonly key: number; readonly lines: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'mood'; readonly mood: Mood }
  | { readonly do: 'flush'; readonly timeoutMs: number }

export const CLEAN_MOODS: readonly Mood[] = ['good', 'throttle', 'fault', 'refuse-some', 'down', 'too-large']
export const ALL_MOODS: readonly Mood[] = [...CLEAN_MOODS, 'lost-answer', 'unreadable']

export const steps = (moods: readonly Mood[]) =>
  fc.array(
    fc.oneof(
      fc.record({
        do: fc.constant('write' as const),
        key: fc.nat(4),
        lines: fc.integer({ min: 1, max: 40 })
      }),
      fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(0, 1, 50, 250, 5_000, 60_000) }),
      fc.record({ do: fc.constant('mood' as const), mood: fc.constantFrom(...moods) }),
      fc.record({ do: fc.constant('flush' as const), timeoutMs: fc.constantFrom(0, 100, 10_000) })
    ),
    { minLength: 3, maxLength: 25 }
  )

/** A service that stores, in the order of arrival, unless its mood says otherwise. */
export class Service {
  mood: Mood = 'good'
  readonly lines: { readonly k: number; readonly n: number }[] = []
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  answer(records: readonly SentRecord[]): WireReply {
    const failed: Record<number, string> = {}
    const maybe = (code: string) => {
      for (const index of records.keys()) if (this.#random() < 0.5) failed[index] = code
    }
    switch (this.mood) {
      case 'down':
        return { kind: 'failure', code: 'ECONNREFUSED', message: 'refused', ambiguous: false }
      case 'too-large':
        if (records.length > 1) return { kind: 'answer', status: 413, headers: {}, body: Buffer.from('{}') }
        break
      case 'throttle':
        maybe('DIS.4303')
        break
      case 'fault':
        maybe('DIS.5000')
        break
      case 'refuse-some':
        maybe('DIS.4302')
        break
      default:
        break
    }
    for (const [index, { data }] of records.entries()) {
      if (failed[index] === undefined) {
        const lines: { k: number; n: number }[] = data.split('\n').map((line) => JSON.parse(line))
        // Notices of dropped lines are the transport's own.
        this.lines.push(...lines.filter(({ n }) => n !== undefined))
      }
    }
    if (this.mood === 'lost-answer') {
      return { kind: 'failure', code: 'ECONNRESET', message: 'reset', ambiguous: true }
    }
    if (this.mood === 'unreadable')
      return { kind: 'answer', status: 200, headers: {}, body: Buffer.from('<html>') }
    return stored(records, failed)
  }
}

/** Per key the first arrivals are in the order written. */
export function expectOrder(service: Service): void {
  const last = new Map<number, number>()
  for (const { k, n } of service.lines) {
    expect(n).toBeGreaterThan(last.get(k) ?? -1)
    last.set(k, n)
  }
}
