/** Makes the machine's time and chance an error while a simulation runs: what uses them is not in its hands, and not repeatable. */

const FORBIDDEN = ['setTimeout', 'setInterval', 'setImmediate'] as const

/** Calls `run` without the machine's time and chance. */
export function guarded<T>(run: () => T): T {
  const restore = [
    replace(Date, 'now', forbidden('Date.now')),
    replace(Math, 'random', forbidden('Math.random')),
    replace(performance, 'now', forbidden('performance.now')),
    replace(globalThis, 'Date', guardedDate()),
    // Errors of listeners surface there; to print each of them is of no use.
    replace(process, 'emitWarning', () => {}),
    ...FORBIDDEN.map((name) => replace(globalThis, name, forbidden(name)))
  ]
  try {
    return run()
  } finally {
    for (const undo of restore.reverse()) undo()
  }
}

function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, writable: true })
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name)
    else Object.defineProperty(target, name, before)
  }
}

function forbidden(name: string): () => never {
  return () => {
    throw new Error(`${name} was called in a simulation: time and chance come from the Clock`)
  }
}

/** A class and no Proxy: each request is signed with a date, and a Proxy took three percent of a run. */
function guardedDate(): unknown {
  return class GuardedDate extends Date {
    constructor(...given: readonly [] | readonly [number | string | Date]) {
      if (given[0] === undefined) throw new Error('new Date() was called in a simulation')
      super(given[0])
    }
  }
}
