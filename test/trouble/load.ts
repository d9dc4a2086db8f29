import { createHash } from 'node:crypto'
import type { ManualClock } from '../../packages/core/src/testing.ts'
import type { World } from '../core/producer/world.ts'

export interface Load {
  readonly perSecond: number
  readonly seconds: number
  /** The line with this number. */
  readonly line: (index: number) => string
}

const STEP_MS = 10

/** Writes lines at a steady rate of virtual time; returns all of them. */
export async function offer(
  { producer, clock }: World,
  { perSecond, seconds, line }: Load
): Promise<string[]> {
  const offered: string[] = []
  for (let step = 1; step <= (seconds * 1_000) / STEP_MS; step++) {
    const until = Math.round((step * perSecond * STEP_MS) / 1_000)
    while (offered.length < until) {
      const text = line(offered.length)
      producer.write(text)
      offered.push(text)
    }
    await clock.advance(STEP_MS)
  }
  return offered
}

/** A key that looks like a UUID and is the same in every run. */
export function uuid(index: number): string {
  return createHash('md5').update(`key ${index}`).digest('hex')
}

/** A line with its key in the field `k`. */
export function keyedLine(key: string, index: number): string {
  return `{"k":"${key}","n":${index},"msg":"a line about nothing in particular"}`
}

/** The key of a line made by {@link keyedLine}. */
export function keyOf(line: string): string {
  const parsed: { readonly k: string } = JSON.parse(line)
  return parsed.k
}

/** Moves the clock on in small steps until the condition holds. @throws Error after ten minutes of virtual time */
export async function until(clock: ManualClock, condition: () => boolean): Promise<void> {
  for (let ms = 0; !condition(); ms += 5) {
    if (ms > 600_000) throw new Error(`it never came: ${condition}`)
    await clock.advance(5)
  }
}
