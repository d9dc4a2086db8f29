import { describe, expect, it } from 'vitest'
import { Shutdown } from '../../../packages/core/src/delivery/shutdown.ts'
import type { QueuedLine } from '../../../packages/core/src/queue/queue.ts'
import { TestQueue } from '../queue/builders.ts'

interface Options {
  readonly hasDeadLetters?: boolean
  /** Lines that the spool saves; `undefined`: there is no spool. */
  readonly saves?: number
}

/** A shutdown of a queue with one line in flight and one that waits. */
function shutdownOf({ hasDeadLetters = false, saves }: Options = {}) {
  const test = new TestQueue()
  test.put('a', 'flying')
  const batch = test.take()
  test.put('a', 'waiting')
  const told: string[] = []
  const texts = (lines: readonly number[]): string => lines.map((line) => test.text(line)).join()
  const shutdown = new Shutdown({
    queue: test.queue,
    dispatcher: { stop: () => told.push('stop') } as never,
    intake: { close: () => told.push('close intake') } as never,
    settlement: {
      drop: (lines: readonly number[], reason: string) => told.push(`drop ${texts(lines)}: ${reason}`),
      rejectRest: (rest: readonly QueuedLine[], { code }: { code: string }) =>
        told.push(`reject ${texts(rest.map(({ line }) => line))}: ${code}`)
    } as never,
    spool:
      saves === undefined
        ? undefined
        : {
            save: (rest) => {
              told.push(`save ${texts(rest.map(({ line }) => line))}`)
              return rest.slice(saves)
            },
            close: () => told.push('close spool')
          },
    hasDeadLetters,
    release: () => told.push('release')
  })
  return { test, batch, shutdown, told }
}

describe('the end', () => {
  it('drops what is left, in flight or not, if there is no other place', () => {
    const { shutdown, told } = shutdownOf()
    shutdown.run()
    expect(told).toEqual(['close intake', 'stop', 'drop flying,waiting: closing', 'release'])
  })

  it('writes it to the dead letters, if there are any', () => {
    const { shutdown, told } = shutdownOf({ hasDeadLetters: true })
    shutdown.run()
    expect(told).toContain('reject flying,waiting: NOT_SENT')
  })

  it('asks the spool first, and gives up only what that does not save', () => {
    for (const hasDeadLetters of [true, false]) {
      const { shutdown, told } = shutdownOf({ hasDeadLetters, saves: 1 })
      shutdown.run()
      expect(told).toEqual([
        'close intake',
        'stop',
        'save flying,waiting',
        hasDeadLetters ? 'reject waiting: NOT_SENT' : 'drop waiting: closing',
        'close spool',
        'release'
      ])
    }
  })

  it('happens once', () => {
    const { shutdown, told } = shutdownOf()
    shutdown.run()
    const once = [...told]
    shutdown.run()
    expect(told).toEqual(once)
  })

  it('waits for no answer any more: one that comes later is told so', () => {
    const { test, batch, shutdown } = shutdownOf()
    expect(test.queue.awaits(batch)).toBe(true)
    shutdown.run()
    expect(test.queue.awaits(batch)).toBe(false)
    expect(test.queue.take(0)).toBeUndefined()
  })
})
