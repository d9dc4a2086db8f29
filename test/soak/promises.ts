/** The promises that a soak judges, each with its worst figure and what broke it. */

/** Name → what is promised. The report lists them in this order. */
export const PROMISES = {
  lost: 'a settled line arrives, is a dead letter, or is counted as given up',
  whole: 'a line arrives as it was written, in its stream',
  doubled: 'a line arrives twice only where an answer was lost or its process was killed',
  once: 'of lines with an id a consumer that leaves out repeats gets each that arrived, once',
  overtaken: 'in ordered mode no line overtakes another of its key',
  ledger: 'written = delivered + rejected + dropped + spooled + buffered, in every look',
  counted: 'written is what was logged, and what was found in the spool',
  memory: 'memory stays within the bound of the buffer',
  loop: 'the event loop is held up no longer than 500 ms by work',
  refusals: 'refused keys are not hammered: requests that were refused in five minutes',
  attempts: 'attempts for each record that was stored',
  drained: 'after the last fault everything is delivered within a minute',
  endings: 'after SIGTERM a process ends by itself within closeTimeoutMs + 1 s, with status 0',
  crashes: 'no process ends unasked, and no warning says BUG',
  judged: 'every application delivered lines, and faults struck'
} as const

export type PromiseName = keyof typeof PROMISES

/** One promise, judged. */
export interface Verdict {
  readonly name: PromiseName
  readonly promise: string
  readonly figure: string
  readonly isKept: boolean
  readonly breaches: number
  /** The first of them. */
  readonly examples: readonly string[]
}

const MOST_EXAMPLES = 10
const NAMES: readonly PromiseName[] = [
  'lost',
  'whole',
  'doubled',
  'once',
  'overtaken',
  'ledger',
  'counted',
  'memory',
  'loop',
  'refusals',
  'attempts',
  'drained',
  'endings',
  'crashes',
  'judged'
]

interface Account {
  looks: number
  breaches: number
  readonly examples: string[]
  worst: { readonly share: number; readonly text: string } | undefined
  figure: string | undefined
}

/** Bounded by: ten examples for each promise. */
export class Promises {
  readonly #accounts = new Map<PromiseName, Account>()
  readonly #onBreach: (name: PromiseName, text: string) => void

  /** `onBreach` hears the first breaches of each promise, for the history. */
  constructor(onBreach: (name: PromiseName, text: string) => void) {
    this.#onBreach = onBreach
  }

  /** One look: breaks the promise unless it holds. */
  look(name: PromiseName, holds: boolean, text: () => string): void {
    const account = this.#account(name)
    account.looks++
    if (!holds) this.#broken(name, account, text())
  }

  /** One value that has a bound; the worst is the figure. */
  within(name: PromiseName, who: string, value: number, bound: number, unit: string): void {
    const account = this.#account(name)
    account.looks++
    const share = value / bound
    const text = `${round(value)} of ${round(bound)} ${unit} (${who})`
    if (account.worst === undefined || share > account.worst.share) {
      account.worst = { share, text }
      // Only what is worse than before: a process over its bound is one breach, not one for each look.
      if (value > bound && account.examples.at(-1)?.endsWith(`(${who})`) !== true)
        this.#broken(name, account, text)
      else if (value > bound) account.breaches++
    }
  }

  /** What the report says of it, if the looks alone do not. */
  figure(name: PromiseName, text: string): void {
    this.#account(name).figure = text
  }

  verdicts(): Verdict[] {
    return NAMES.map((name) => {
      const { looks, breaches, examples, worst, figure } = this.#account(name)
      const looked = `${looks} looks, ${breaches} broken`
      // What nobody looked at is no promise that was kept.
      const isKept = breaches === 0 && (looks > 0 || figure !== undefined)
      return {
        name,
        promise: PROMISES[name],
        figure: figure ?? (worst === undefined ? looked : `worst ${worst.text}`),
        isKept,
        breaches,
        examples
      }
    })
  }

  #broken(name: PromiseName, account: Account, text: string): void {
    account.breaches++
    if (account.examples.length >= MOST_EXAMPLES) return
    account.examples.push(text)
    this.#onBreach(name, text)
  }

  #account(name: PromiseName): Account {
    let account = this.#accounts.get(name)
    if (account === undefined) {
      account = { looks: 0, breaches: 0, examples: [], worst: undefined, figure: undefined }
      this.#accounts.set(name, account)
    }
    return account
  }
}

function round(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 100) / 100)
}
