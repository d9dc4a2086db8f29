/** Lets a crash come at each moment of a disk's history, and says what is wrong with what is left. */

import type { SpoolTarget } from '../../../packages/core/src/spool/segment-head.ts'
import {
  afterKill,
  afterPowerLoss,
  type CrashState,
  type MemoryDisk
} from '../../../packages/core/src/testing.ts'
import { TARGET } from './folder.ts'
import { MAX_BYTES, type Promises, type Recovered, recover } from './lives.ts'

export interface CrashOptions {
  readonly target?: SpoolTarget
  readonly maxBytes?: number
  /** Power losses to try, spread over all there are. */
  readonly losses?: number
}

/** What is wrong with what was found; nothing if all is well. */
function faultsOf(lives: Promises, state: CrashState, found: Recovered): string[] {
  const { until } = state
  const isKill = state.loss === 'killed'
  const there = new Set(found.numbers)
  const faults = found.invented.map((text) => `invented ${text}`)
  for (const { n } of lives.written) {
    const isPromised = until >= (lives.storedAt.get(n) ?? Number.POSITIVE_INFINITY)
    const isOver = until >= (lives.endedAt.get(n) ?? Number.POSITIVE_INFINITY)
    const isGone = until >= (lives.goneAt.get(n) ?? Number.POSITIVE_INFINITY)
    if ((isKill || lives.fsync === 'always') && isPromised && !isOver && !there.has(n))
      faults.push(`lost ${n}`)
    if (isKill && isGone && there.has(n)) faults.push(`${n} came again`)
  }
  const last = new Map<string, number>()
  for (const n of there) {
    // It has arrived before.
    if (until >= (lives.endedAt.get(n) ?? Number.POSITIVE_INFINITY)) continue
    const key = lives.written[n]?.key ?? ''
    // Without any sync a power loss may take any file, also that of the older lines.
    if (!isKill && lives.fsync === 'never') continue
    if (n < (last.get(key) ?? -1)) faults.push(`${n} after ${last.get(key)}`)
    last.set(key, n)
  }
  for (const trouble of found.troubles) if (trouble.kind !== 'damaged') faults.push(JSON.stringify(trouble))
  if (found.left.length > 0) faults.push(`left ${found.left.join(' ')}`)
  return faults
}

function* statesOf(disk: MemoryDisk, most: number): Generator<CrashState> {
  const losses: CrashState[] = []
  for (let until = 0; until <= disk.history.length; until++) {
    yield afterKill(disk, until)
    losses.push(...afterPowerLoss(disk, until))
  }
  const step = Math.max(1, losses.length / most)
  for (let at = 0; at < losses.length; at += step) {
    const loss = losses[Math.floor(at)]
    if (loss !== undefined) yield loss
  }
}

/** Lets the crash come at each moment, and reads what is left. Returns the number of states, and what is wrong. */
export async function crash(
  lives: Promises,
  { target = TARGET, maxBytes = MAX_BYTES * 16, losses = Number.POSITIVE_INFINITY }: CrashOptions = {}
): Promise<{ readonly states: number; readonly wrong: readonly string[] }> {
  let states = 0
  const wrong: string[] = []
  for (const state of statesOf(lives.disk, losses)) {
    states++
    const found = await recover(state.disk(), lives, target, maxBytes).catch((error: unknown) =>
      String(error)
    )
    const faults = typeof found === 'string' ? [found] : faultsOf(lives, state, found)
    if (faults.length > 0) wrong.push(`${describeState(lives, state)}: ${faults.join('; ')}`)
  }
  return { states, wrong }
}

/** For whoever has to find out what went wrong. */
function describeState({ disk }: Promises, { until, loss }: CrashState): string {
  const last = disk.history[until - 1]
  const text = JSON.stringify(last, (key, value) => (key === 'bytes' ? '…' : value))
  return `after ${until} changes (the last: ${text}), ${loss}`
}
