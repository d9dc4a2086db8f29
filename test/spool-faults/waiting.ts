import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 25

/** Waits until `check` gives a value other than `undefined` and false. Fails with what was waited for. */
export async function within<Value>(
  what: string,
  ms: number,
  check: () => Value | undefined | false | Promise<Value | undefined | false>
): Promise<Value> {
  const until = performance.now() + ms
  for (;;) {
    const value = await check()
    if (value !== undefined && value !== false) return value
    if (performance.now() >= until) throw new Error(`waited ${ms} ms for ${what}`)
    await sleep(POLL_MS)
  }
}
