/** A failing input → a smaller one that fails in the same way: pieces are left out for as long as that works. */
import type { Kind } from './kind.ts'
import { measure, messageOf } from './measure.ts'

const BUDGET_MS = 2_000

export async function smaller(
  kind: Kind,
  input: Buffer,
  error: unknown
): Promise<{ readonly input: Buffer; readonly message: string }> {
  const endsAt = performance.now() + BUDGET_MS
  let least = input
  let message = describe(error)
  const wanted = classOf(message)
  for (let piece = Math.ceil(input.length / 2); piece > 0; piece = Math.floor(piece / 2)) {
    for (let at = 0; at < least.length; ) {
      if (performance.now() > endsAt) return { input: least, message }
      const candidate = Buffer.concat([least.subarray(0, at), least.subarray(at + piece)])
      const measured = await measure(kind, candidate)
      const found = measured.error === undefined ? '' : describe(measured.error)
      if (classOf(found) === wanted) {
        least = candidate
        message = found
      } else at += piece
    }
  }
  return { input: least, message }
}

/** A message without what differs between two inputs that show the same fault. */
export function classOf(message: string): string {
  return message.replace(/U\+[0-9A-F]+|\d+|'[^']*'|"[^"]*"/g, '#').slice(0, 120)
}

/** With the first line of ours, so that a fault can be found without repeating it. */
function describe(error: unknown): string {
  const stack =
    error instanceof Error ? (error.cause instanceof Error ? error.cause.stack : error.stack) : undefined
  const place = /\bat .*?((?:packages|test)\/(?!fuzz\/kind\.ts)[\w/.-]+:\d+)/.exec(stack ?? '')?.[1]
  return messageOf(error).slice(0, 400) + (place === undefined ? '' : ` (${place})`)
}
