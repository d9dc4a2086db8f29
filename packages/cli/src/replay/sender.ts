/** Letters → one producer, whatever their routes are: its buffer bounds them all. */
import { once } from 'node:events'
import {
  createRoutedProducer,
  DisConfigError,
  type DisOptions,
  type RoutedProducer,
  type Stats
} from '@dis-logs/core'
import { inFlags } from '../options.ts'
import { type Patience, type Settled, settle } from '../ship/settle.ts'
import { Diagnostics } from '../ship/summary.ts'
import type { Letter } from './letters.ts'

/** A quarter of the default: a letter with a route of its own costs far more than its bytes. Fills eight requests. */
const BUFFER_BYTES = 16 * 1_048_576

export class Sender {
  readonly #producer: RoutedProducer
  readonly #diagnostics: Diagnostics
  #isFull = false

  /**
   * Opens the dead-letter file, if there is one.
   * @throws DisConfigError if the options cannot work
   */
  constructor(options: DisOptions) {
    // A letter that is too large is refused again: what is cut off would be lost.
    this.#producer = createRoutedProducer({
      ...options,
      oversize: 'reject',
      buffer: { maxBytes: BUFFER_BYTES }
    })
    this.#diagnostics = new Diagnostics(this.#producer, inFlags)
  }

  /** Takes a letter. The reason in words if it can go nowhere. */
  take({ route, line }: Letter): string | undefined {
    try {
      this.#isFull = !this.#producer.writeTo(route, line)
      return undefined
    } catch (error) {
      if (!(error instanceof DisConfigError)) throw error
      return error.problems
        .map(({ option, given, allowed }) => `${option}: got ${given}; ${allowed}`)
        .join('; ')
    }
  }

  /** Waits while the producer is full. */
  async untilRoom(signal: AbortSignal): Promise<void> {
    if (this.#isFull) await once(this.#producer, 'drain', { signal })
    this.#isFull = false
  }

  /** Waits until all is settled, or patience is over, and lets go. */
  async end(patience: Patience, signal: AbortSignal): Promise<Settled> {
    const end = await settle(this.#producer, patience, signal)
    await this.#producer.close({ timeoutMs: 0 })
    return end
  }

  totals(): Stats {
    return this.#producer.stats()
  }

  /** What went wrong, a line each. */
  complaints(): string[] {
    const { warning } = this.#diagnostics
    return [...this.#diagnostics.rejections(), ...(warning === undefined ? [] : [`last trouble: ${warning}`])]
  }
}
