/** Examinations again and again: the first one is told whole, of the others what has changed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { printable } from '@dis-logs/core'
import type { Io } from '../io.ts'
import { paint } from '../output.ts'
import type { Stop } from '../signals.ts'
import { fit, join, type Segment } from '../terminal/segments.ts'
import { showStatus } from '../terminal/status-line.ts'
import type { Check } from './check.ts'
import { lineOf, linesTo } from './report.ts'

/** One refusal in so long never locks a key: five of them do, for five minutes. */
const REFUSED_PAUSE_MS = 300_000
const STATUS_MS = 1_000
/** Checks that measure something: their detail is another one each time. */
const RESTLESS = ['clock', 'options']
/** The same, but for what is wrong. */
const RESTLESS_WHILE_WELL = ['endpoint']

/** What an examination found. */
export interface Round {
  readonly checks: AsyncIterable<Check>
  /** Whether DIS refused the credentials; known at the end. */
  readonly isRefused: () => boolean
}

/** Ends when the signal is aborted. */
export async function watchRounds(
  begin: () => Round,
  intervalMs: number,
  asJson: boolean,
  { beforeExit, signal }: Pick<Stop, 'beforeExit' | 'signal'>,
  io: Io
): Promise<void> {
  const show = asJson ? new JsonRounds(io) : new ChangedRounds(io)
  beforeExit(() => show.end())
  try {
    do {
      const { checks, isRefused } = begin()
      for await (const check of checks) {
        if (signal.aborted) return
        show.add(check)
      }
      const pauseMs = isRefused() ? Math.max(intervalMs, REFUSED_PAUSE_MS) : intervalMs
      show.endRound(pauseMs)
      await sleep(pauseMs, undefined, { signal }).catch(() => {})
    } while (!signal.aborted)
  } finally {
    show.end()
  }
}

class JsonRounds {
  readonly #io: Io
  #checks: Check[] = []

  constructor(io: Io) {
    this.#io = io
  }

  add(check: Check): void {
    this.#checks.push(check)
  }

  endRound(): void {
    const checks = this.#checks.splice(0)
    const round = { at: new Date().toISOString(), ok: checks.every(({ ok }) => ok !== false), checks }
    this.#io.stdout.write(`${printable(JSON.stringify(round))}\n`)
  }

  end(): void {}
}

class ChangedRounds {
  readonly #io: Io
  readonly #first: ReturnType<typeof linesTo>
  readonly #last = new Map<string, Check>()
  readonly #status: ReturnType<typeof showStatus>
  #isFirst = true
  #segments: readonly Segment[] = []

  constructor(io: Io) {
    this.#io = io
    this.#first = linesTo(io)
    this.#status = showStatus(io.stderr, STATUS_MS, (columns) =>
      join(fit(this.#segments, columns), (style, text) => paint(io.stderr, style, text))
    )
  }

  add(check: Check): void {
    const { name, ok } = check
    const before = this.#last.get(name)
    // What was skipped is news when it is looked at again.
    if (ok !== null) this.#last.set(name, check)
    if (this.#isFirst) {
      this.#first.add(check)
      return
    }
    if (ok === null || !hasChanged(before, check)) return
    this.#status.clear()
    this.#io.stdout.write(`${paint(this.#io.stdout, 'dim', time())} ${lineOf(check, this.#io.stdout)}\n`)
  }

  endRound(pauseMs: number): void {
    if (this.#isFirst) this.#first.end()
    this.#isFirst = false
    const failing = [...this.#last.values()].filter(({ ok }) => ok === false).map(({ name }) => name)
    const seconds = Math.round(pauseMs / 1_000)
    const isWell = failing.length === 0
    const found = isWell ? 'all fine' : `failing: ${failing.join(', ')}`
    this.#segments = [
      {
        text: found,
        short: isWell ? found : `${failing.length} failing`,
        weight: 3,
        style: isWell ? 'dim' : 'red'
      },
      { text: `looked at ${time()}`, short: time(), weight: 1, style: 'dim' },
      { text: `again in ${seconds} s`, short: `in ${seconds} s`, weight: 2, style: 'dim' }
    ]
    this.#status.redraw()
  }

  end(): void {
    this.#status.end()
  }
}

function hasChanged(before: Check | undefined, { detail, name, ok }: Check): boolean {
  if (before === undefined || before.ok !== ok) return true
  if (RESTLESS.includes(name) || (ok === true && RESTLESS_WHILE_WELL.includes(name))) return false
  return lasting(before.detail) !== lasting(detail)
}

/** Each request has an id of its own. */
function lasting(detail: string): string {
  return detail.replace(/\(request [^)]*\)/, '')
}

function time(): string {
  return new Date().toTimeString().slice(0, 8)
}
