/** The wait at the end: until everything is settled, or for as long as there is hope. */
import type { Producer } from '@dis-logs/core'

/** How long to wait. */
export type Patience =
  /** For as long as some line is settled every `idleMs`. */
  | { readonly idleMs: number }
  /** At most `totalMs`, whatever happens. */
  | { readonly totalMs: number }

/** Without `--timeout`: an outage that takes longer than this at the end of the input loses the rest. */
export const DEFAULT_PATIENCE: Patience = { idleMs: 30_000 }

const LOOK_INTERVAL_MS = 100

/** `settled`: nothing is left. `gave-up`: patience ran out. `stopped`: the signal was aborted. */
export type Settled = 'settled' | 'gave-up' | 'stopped'

/** Waits for the lines written so far. Changes nothing: what is left stays with the producer. */
export async function settle(producer: Producer, patience: Patience, signal: AbortSignal): Promise<Settled> {
  const looks = new AbortController()
  const flushed = producer.flush().then((): Settled => 'settled')
  try {
    return await Promise.race([flushed, watch(producer, patience, signal, looks.signal)])
  } finally {
    looks.abort()
  }
}

function watch(
  producer: Producer,
  patience: Patience,
  stop: AbortSignal,
  looks: AbortSignal
): Promise<Settled> {
  return new Promise((resolve) => {
    const totalMs = 'totalMs' in patience ? patience.totalMs : Number.POSITIVE_INFINITY
    const idleMs = 'idleMs' in patience ? patience.idleMs : Number.POSITIVE_INFINITY
    const startedAt = performance.now()
    let settled = settledLines(producer)
    let progressAt = startedAt
    const timer = setInterval(() => {
      const now = performance.now()
      const current = settledLines(producer)
      if (current !== settled) progressAt = now
      settled = current
      if (now - startedAt >= totalMs || now - progressAt >= idleMs) resolve('gave-up')
    }, LOOK_INTERVAL_MS)
    looks.addEventListener('abort', () => clearInterval(timer), { once: true })
    if (stop.aborted) resolve('stopped')
    stop.addEventListener('abort', () => resolve('stopped'), { once: true, signal: looks })
  })
}

function settledLines(producer: Producer): number {
  const { delivered, rejected, dropped, spooled } = producer.stats()
  return delivered + rejected + dropped + spooled
}
