/** What reaches nobody: errors that would end a process, and rejections that nobody handles. */
import type { EventEmitter } from 'node:events'

type Listener = (...args: unknown[]) => void

// The types of `process.on` know each event by itself only.
const emitter: EventEmitter = process
const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

/** Calls `run`; `heard` gets each of them. */
export function hearingUncaught<T>(heard: (kind: string, error: unknown) => void, run: () => T): T {
  const restore = EVENTS.map((event) => {
    const others: unknown[] = emitter.rawListeners(event)
    const own = (error: unknown) => heard(event, error)
    emitter.removeAllListeners(event)
    emitter.on(event, own)
    return () => {
      emitter.off(event, own)
      for (const listener of others.filter(isListener)) emitter.on(event, listener)
    }
  })
  try {
    return run()
  } finally {
    for (const undo of restore) undo()
  }
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function'
}
