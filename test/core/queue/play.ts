/** Plays steps on a queue, and checks after each that every line is in one place. */
import { expect } from 'vitest'
import type { Batch } from '../../../packages/core/src/queue/batch.ts'
import { LANE_OVERHEAD_BYTES } from '../../../packages/core/src/queue/lane.ts'
import { LINE_OVERHEAD_BYTES } from '../../../packages/core/src/queue/line-store.ts'
import { again, cut, rejected, stored, type TestQueue } from './builders.ts'

/** `buffer.maxBytes` of the queues that are played on, and what is free when only three lanes are held. */
export const PLAY_BYTES = 65_536
const FREE_BYTES = PLAY_BYTES - LINE_OVERHEAD_BYTES - 3 * (LANE_OVERHEAD_BYTES + 3)

type Word = 'stored' | 'throttled' | 'failed' | 'unanswered' | 'request' | 'rejected' | 'cut'

export type Step =
  | { readonly put: string }
  | { readonly take: boolean }
  | { readonly batch: number; readonly verdicts: readonly Word[] }
  | { readonly ms: number }
  | { readonly evict: number }

/** The verdict for a record of those words, in turn. */
function verdictOf(words: readonly Word[], record: number) {
  const word = words[record % words.length] ?? 'stored'
  if (word === 'stored') return stored(`p${record % 2}`)
  return word === 'rejected' || word === 'cut' ? rejected() : again(word)
}

/**
 * @throws if a line is lost or doubled; with `isOrdered`, also if a lane has two records on the way, or is delivered out of order
 */
export async function play(
  test: TestQueue,
  steps: readonly Step[],
  isSpread: boolean,
  isOrdered: boolean
): Promise<void> {
  const { queue, store, clock } = test
  const flying: Batch[] = []
  const last = new Map<string, number>()
  let written = 0
  let open = 0

  const take = (): void => {
    const batch = queue.take(clock.monotonic())
    if (batch === undefined) return
    flying.push(batch)
    if (!isOrdered) return
    const lanes = flying.flatMap((each) =>
      Array.from({ length: each.records }, (_, record) => each.lane(record))
    )
    expect(new Set(lanes).size).toBe(lanes.length)
  }
  const settle = (batch: Batch, words: readonly Word[]): void => {
    if (words[0] === 'cut' && batch.isDivisible) {
      test.apply(batch, cut(words.length % 2 === 0 ? 'size' : 'content'))
      return
    }
    const verdicts = Array.from({ length: batch.records }, (_, record) => verdictOf(words, record))
    for (const { record, line } of batch.entries()) {
      if (verdicts[record]?.kind === 'again') continue
      open--
      const [key = '', number] = test.text(line).split('-')
      if (isOrdered) expect(Number(number)).toBeGreaterThan(last.get(key) ?? -1)
      last.set(key, Number(number))
    }
    test.answer(batch, verdicts)
  }

  for (const step of steps) {
    if ('put' in step) {
      test.put(isSpread ? '' : step.put, `${isSpread ? '' : step.put}-${written++}`)
      open++
    } else if ('take' in step) take()
    else if ('ms' in step) await test.at(clock.monotonic() + step.ms)
    else if ('evict' in step) {
      for (const line of queue.evict(step.evict + 48_000)) {
        store.release(line)
        open--
      }
    } else {
      const [batch] = flying.splice(step.batch % Math.max(1, flying.length), 1)
      if (batch !== undefined) settle(batch, step.verdicts)
    }
    expect(store.lines).toBe(open)
  }
  // All that is left comes out when every request succeeds.
  for (let round = 0; round < 400 && open > 0; round++) {
    take()
    const batch = flying.shift()
    if (batch === undefined) await test.at(clock.monotonic() + 1_000)
    else settle(batch, ['stored'])
  }
  expect(open).toBe(0)
  // Nothing is held but the lanes of the three keys: no lane of a record that waited apart, no body.
  expect(queue.limit.fits(FREE_BYTES)).toBe(true)
  await test.at(clock.monotonic() + 60_000)
  expect(queue.take(clock.monotonic())).toBeUndefined()
  expect(queue.nextDueAt(clock.monotonic())).toBe(Number.POSITIVE_INFINITY)
  expect(queue.takeRest()).toEqual([])
}
