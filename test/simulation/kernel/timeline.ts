/**
 * Virtual time: one queue of events. An event is a step: it runs, and all microtasks after it, before the next one begins.
 *
 * An event may belong to a process. It never comes if the process is dead, and waits while it is stopped.
 */

/** Whose events they are. */
export interface Owner {
  readonly isDead: boolean
  readonly isStopped: boolean
  /** Events that came due while it was stopped. */
  readonly parked: Event[]
}

export interface Event {
  readonly at: number
  readonly order: number
  readonly owner: Owner | undefined
  /** `undefined`: cancelled. */
  fire: (() => void) | undefined
}

export class Timeline {
  readonly #heap: Event[] = []
  readonly #stepped: (owner: Owner | undefined) => void
  #order = 0
  /** True time in ms since the run began. */
  now = 0
  steps = 0

  /** `stepped` is called after each step. */
  constructor(stepped: (owner: Owner | undefined) => void) {
    this.#stepped = stepped
  }

  /** Plans an event; a time in the past is now. */
  after(delayMs: number, fire: () => void, owner?: Owner): Event {
    const event = { at: this.now + Math.max(0, delayMs), order: this.#order++, owner, fire }
    this.#push(event)
    return event
  }

  /** Plans again the events that a process missed while it was stopped. */
  unpark(owner: Owner): void {
    for (const { fire } of owner.parked.splice(0)) if (fire !== undefined) this.after(0, fire, owner)
  }

  /** Runs all events up to `end`, or until `isOver` says so after a step. */
  run(end: number, isOver: () => boolean = () => false): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop()
      const { fire, owner } = next
      if (fire === undefined || owner?.isDead === true) continue
      this.now = next.at
      if (owner?.isStopped === true) {
        owner.parked.push(next)
        continue
      }
      this.steps++
      next.fire = undefined
      call(fire, owner)
      runMicrotasks()
      this.#stepped(owner)
      if (isOver()) return
    }
    this.now = Math.max(this.now, end)
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    for (let parent = (at - 1) >> 1; at > 0; at = parent, parent = (at - 1) >> 1) {
      const above = heap[parent]
      if (above === undefined || isBefore(above, event)) break
      heap[at] = above
      heap[parent] = event
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const right = heap[child + 1]
      let least = heap[child]
      if (least !== undefined && right !== undefined && isBefore(right, least)) {
        least = right
        child++
      }
      if (least === undefined || isBefore(last, least)) break
      heap[at] = least
      at = child
    }
    heap[at] = last
  }
}

/** The code of a process that dies meanwhile may throw anything: nobody is there to see it. */
function call(fire: () => void, owner: Owner | undefined): void {
  try {
    fire()
  } catch (error) {
    if (owner?.isDead !== true) throw error
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/**
 * Runs all microtasks, and what waits for `process.nextTick`, within 0.3 µs; a turn of the real event loop takes ten times as
 * long. Works only outside of microtasks: see `outsideOfMicrotasks`.
 */
export const runMicrotasks: () => void = findTickCallback()

function findTickCallback(): () => void {
  const callback: unknown = Reflect.get(process, '_tickCallback')
  if (typeof callback !== 'function') throw new Error('this version of Node has no process._tickCallback')
  return () => Reflect.apply(callback, process, [])
}

/** Calls `run` where microtasks can be run by hand. */
export function outsideOfMicrotasks<T>(run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run())
      } catch (error) {
        reject(error)
      }
    })
  })
}
