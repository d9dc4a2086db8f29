import { type CheckedFault, faultCheck } from './fault-kinds.ts'
import type { Fault, FaultKind } from './fault-types.ts'
import type { SendEntry, SendResultEntry } from './messages.ts'

/** A fault and how often it has met requests: `seen` those it could strike, `fired` those it struck. */
export interface FaultState {
  readonly fault: Fault
  readonly seen: number
  readonly fired: number
}

/** The same with a number by which it can be removed. */
export interface NumberedFault extends FaultState {
  readonly id: number
}

interface Rule {
  readonly id: number
  readonly fault: CheckedFault
  readonly given: Fault
  seen: number
  fired: number
}

/** What the faults do to one request. */
export interface Strike {
  /** Wait this long first. */
  readonly delayMs: number
  /** Done in place of the call. */
  readonly instead: CheckedFault | undefined
  /** Records that fail, by index. */
  readonly recordErrors: (entries: readonly SendEntry[]) => ReadonlyMap<number, SendResultEntry>
  /** Done to the result list, or to the connection, after the call went through. */
  readonly after: CheckedFault | undefined
}

const NO_ERRORS: ReadonlyMap<number, SendResultEntry> = new Map()

/** The faults in force, in order. Chance comes from a seeded generator, so a run can be repeated. */
export class FaultSet {
  readonly #random: () => number
  readonly #counts: Map<FaultKind, number> = new Map()
  #rules: Rule[] = []
  #nextId = 1
  #cleared: Set<() => void> = new Set()

  constructor(faults: readonly Fault[], random: () => number) {
    this.#random = random
    faults.forEach((fault, index) => {
      this.#put(fault, `faults[${index}]`)
    })
  }

  /** Adds a fault behind the others and gives its number. Throws an error that helps if it is not one. */
  add(fault: Fault): number {
    return this.#put(fault, 'fault')
  }

  /** Removes one fault; false if there is none of that number. With the last `hang` the connections go that it holds. */
  remove(id: number): boolean {
    const left = this.#rules.filter((rule) => rule.id !== id)
    if (left.length === this.#rules.length) return false
    this.#rules = left
    if (!left.some(({ fault }) => fault.kind === 'hang')) this.#release()
    return true
  }

  /** Removes every fault, and cuts the connections that `hang` holds. */
  clear(): void {
    this.#rules = []
    this.#release()
  }

  /** The faults in force. */
  list(): FaultState[] {
    return this.#rules.map(({ given, seen, fired }) => ({ fault: given, seen, fired }))
  }

  /** The faults in force, with their numbers. */
  rules(): NumberedFault[] {
    return this.#rules.map(({ id, given, seen, fired }) => ({ id, fault: given, seen, fired }))
  }

  /** How often each kind has struck since the start, cleared faults included. */
  counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts)
  }

  /** Calls back when the faults are next cleared, unless the function that it returns is called before. */
  onClear(release: () => void): () => void {
    const cleared = this.#cleared.add(release)
    return () => cleared.delete(release)
  }

  /**
   * What the faults do to a request. A delay adds up; of the kinds that answer instead of the call the first
   * wins, and the others neither strike nor count; else all record faults apply, and the first of those
   * that spoil the answer.
   */
  draw(action: string, stream: string): Strike {
    const rules = this.#rules.filter(({ fault }) => {
      return (
        (fault.action === '*' || fault.action === action) &&
        (fault.stream === undefined || fault.stream === stream)
      )
    })
    let delayMs = 0
    let instead: CheckedFault | undefined
    for (const rule of rules) {
      const { phase } = rule.fault
      if (phase === 'delay' && this.#strikes(rule)) {
        delayMs += rule.fault.delayMs
        this.#fire(rule)
      } else if (phase === 'instead' && instead === undefined && this.#strikes(rule)) {
        instead = rule.fault
        this.#fire(rule)
      }
    }
    if (instead !== undefined) return { delayMs, instead, recordErrors: () => NO_ERRORS, after: undefined }
    const spoilers = rules
      .filter(({ fault }) => fault.phase === 'records')
      .filter((rule) => this.#strikes(rule))
    const after = rules.filter(({ fault }) => fault.phase === 'after').find((rule) => this.#strikes(rule))
    if (after !== undefined) this.#fire(after)
    return {
      delayMs,
      instead,
      recordErrors: (entries) => (spoilers.length === 0 ? NO_ERRORS : this.#spoil(spoilers, entries)),
      after: after?.fault
    }
  }

  #put(given: Fault, path: string): number {
    const id = this.#nextId++
    this.#rules.push({ id, fault: faultCheck(given, path), given, seen: 0, fired: 0 })
    return id
  }

  #release(): void {
    const waiting = this.#cleared
    this.#cleared = new Set()
    for (const release of waiting) release()
  }

  #strikes(rule: Rule): boolean {
    const { after, times, probability } = rule.fault
    if (rule.fired >= times) return false
    rule.seen += 1
    if (rule.seen <= after) return false
    return probability >= 1 || this.#random() < probability
  }

  #fire(rule: Rule): void {
    rule.fired += 1
    this.#counts.set(rule.fault.kind, (this.#counts.get(rule.fault.kind) ?? 0) + 1)
  }

  // A record fault counts as fired only if it hit a record, so that `times` means requests that were hurt.
  #spoil(rules: readonly Rule[], entries: readonly SendEntry[]): ReadonlyMap<number, SendResultEntry> {
    const errors = new Map<number, SendResultEntry>()
    for (const rule of rules) {
      const { fault } = rule
      const before = errors.size
      entries.forEach((entry, index) => {
        if (errors.has(index) || index >= fault.records) return
        if (fault.match !== undefined && !entry.data.includes(fault.match)) return
        if (fault.recordProbability < 1 && this.#random() >= fault.recordProbability) return
        errors.set(index, { errorCode: fault.code, errorMessage: fault.message })
      })
      if (errors.size > before) this.#fire(rule)
    }
    return errors
  }
}

/** A small seeded generator of numbers in 0 … 1 (mulberry32): same seed, same numbers. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
