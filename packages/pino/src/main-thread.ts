/**
 * Whether the main thread still runs, as seen from pino's worker.
 *
 * When the process ends, pino stops the main thread and waits for the worker to take what is in its own queue, 10 s at most. A
 * full buffer would take nothing, and that queue would be lost without a count. A main thread that stands still logs nothing:
 * what comes now is all there is, and it is in memory anyway. So it can be taken, and each line gets its last place here.
 */
import { parentPort } from 'node:worker_threads'
import { fieldOf } from './protocol.ts'

const INTERVAL_MS = 200
/** For so long pino waits for its worker to end. Then it throws, and what is in the worker is lost without a count. */
const PINO_WAITS_MS = 10_000
/** Left of it for the last places of all lines: the spool on a slow disk, dead letters. */
const LAST_PLACES_MS = 2_000
/** Much less than what pino waits. */
const SILENT_MS = 1_000
/**
 * If the buffer is full for the first time so early, answers do not count for `START_MS`. pino can flush, and end a process by
 * itself, only once its own queue was empty. An application that logged much while the thread started would never get there if
 * the service hangs.
 */
const NEW_MS = 10_000
/** thread-stream before 4.1 looks only once a second whether its ring is empty. */
const START_MS = 5_000
const PING = 'PINO_DIS_PING'

/** thread-stream posts back to its worker what it emits as `message`: an echo, without code of ours in the main thread. */
const ECHO = { code: 'EVENT', name: 'message', args: [{ code: PING }] }

export interface MainThread {
  /** Watches it from a call with true until one with false. */
  watch(isWatched: boolean): void
  /** How long a close may take that begins now, so that it ends before pino gives the worker up. */
  patienceMs(): number
}

/** `tell(true)`: it has not answered for a second; `tell(false)`: it has again. */
export function onSilence(tell: (isSilent: boolean) => void): MainThread {
  let timer: NodeJS.Timeout | undefined
  let answeredAt = 0
  let heardAt = 0
  let deafUntil = 0
  const newUntil = performance.now() + NEW_MS

  const hear = (message: unknown) => {
    if (fieldOf(message, 'code') !== PING) return
    const now = performance.now()
    answeredAt = now
    if (now < deafUntil) return
    heardAt = now
    tell(false)
  }
  const ask = () => {
    const now = performance.now()
    if (deafUntil === 0) deafUntil = now < newUntil ? now + START_MS : now
    if (now < deafUntil || now - heardAt > SILENT_MS) tell(true)
    parentPort?.postMessage(ECHO)
  }

  const watch = (isWatched: boolean) => {
    if (isWatched === (timer !== undefined)) return
    if (isWatched) {
      heardAt = performance.now()
      answeredAt = heardAt
      // Only now: before pino has made all targets, a listener would take messages that others wait for.
      parentPort?.on('message', hear)
      timer = setInterval(ask, INTERVAL_MS).unref()
    } else {
      clearInterval(timer)
      timer = undefined
      parentPort?.off('message', hear)
    }
  }
  // It has been waiting for us at least since it answered last.
  const patienceMs = () => {
    const silentMs = timer === undefined ? 0 : performance.now() - answeredAt
    return Math.max(0, PINO_WAITS_MS - LAST_PLACES_MS - silentMs)
  }

  return { watch, patienceMs }
}
