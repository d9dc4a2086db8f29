import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type {
  ConfigProblem,
  DisOptions,
  DroppedEvent,
  FlushReport,
  Stats,
  WarningEvent
} from '@dis-logs/core'
import { within } from './waiting.ts'

const APP = new URL('app.mjs', import.meta.url).pathname
const SHIFTED_CLOCK = new URL('shifted-clock.mjs', import.meta.url).href

/** How an application is started. */
export interface Launch {
  /** Stands in each of its lines. Lives of one application share it. */
  readonly app: string
  readonly options: DisOptions
  /** A command that starts the application as its last arguments: see machine.ts. */
  readonly through?: readonly string[]
  /** Gives the application a wall clock that is off by so much and can be moved. */
  readonly clockShiftMs?: number
  readonly cwd?: string
}

interface Shape {
  /** Different keys of the lines. */
  readonly keys?: number
  /** Bytes of padding in each line. */
  readonly bytes?: number
}

export interface Load extends Shape {
  readonly from: number
  readonly perTick: number
  readonly tickMs: number
  readonly forMs: number
  /** Flushes after each tick and tells how many lines are settled. */
  readonly tellsSettled?: boolean
}

interface Commands {
  readonly write: { readonly from: number; readonly count: number } & Shape
  readonly load: Load
  readonly flush: { readonly timeoutMs?: number }
  readonly stats: Readonly<Record<string, never>>
  readonly chdir: { readonly path: string }
  readonly shiftClock: { readonly byMs: number }
  readonly close: Readonly<Record<string, never>>
}

interface Replies {
  readonly write: null
  /** Processor time, which does not depend on what else the machine does. */
  readonly load: { readonly next: number; readonly longestTickCpuMs: number }
  readonly flush: FlushReport
  readonly stats: Stats
  readonly chdir: null
  readonly shiftClock: null
  readonly close: { readonly report: FlushReport; readonly stats: Stats }
}

export interface Refusal {
  readonly name: string
  readonly message: string
  readonly problems: readonly ConfigProblem[]
  /** Whether `validateOptions` names `spool.dir`, too. */
  readonly isRefusedByValidation: boolean
}

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly stderr: string
}

interface Told {
  readonly ready?: { readonly pid: number; readonly hostname: string }
  readonly refused?: Refusal
  readonly crash?: string
  readonly warning?: WarningEvent
  readonly dropped?: DroppedEvent
  readonly written?: number
  readonly settled?: number
  readonly isBlocked?: boolean
  readonly id?: number
  readonly value?: unknown
}

interface Asked {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/** An application in a process of its own. */
export class Application {
  readonly app: string
  readonly warnings: WarningEvent[] = []
  readonly dropped: DroppedEvent[] = []
  /** What an uncaught exception or an unhandled rejection said. */
  readonly crashes: string[] = []
  readonly ended: Promise<Ending>
  /** The number of the next line, as the application last told. */
  written = 0
  /** The number of the first line that is not known to be settled. */
  settled = 0
  /** Whether it waits for `drain`. */
  isBlocked = false
  ready: Told['ready']
  refusal: Refusal | undefined
  readonly #child: ChildProcess
  readonly #asked = new Map<number, Asked>()
  #questions = 0
  #ending: Ending | undefined

  constructor({ app, options, through = [], clockShiftMs, cwd }: Launch) {
    this.app = app
    const shim = clockShiftMs === undefined ? [] : ['--import', SHIFTED_CLOCK]
    const [command = process.execPath, ...args] = [
      ...through,
      process.execPath,
      ...shim,
      APP,
      JSON.stringify({ app, options })
    ]
    this.#child = spawn(command, args, {
      cwd,
      env: { ...process.env, CLOCK_SHIFT_MS: String(clockShiftMs ?? 0) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    })
    let stderr = ''
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    this.#child.on('message', (told: Told) => this.#hear(told))
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      const ending = { code, signal, stderr }
      this.#ending = ending
      for (const { reject } of this.#asked.values()) reject(this.#gone(ending))
      return ending
    })
  }

  /** Has the application do something. Fails if it ends first. */
  ask<Command extends keyof Commands>(command: Command, given: Commands[Command]): Promise<Replies[Command]> {
    return new Promise((resolve, reject) => {
      if (this.#ending !== undefined) {
        reject(this.#gone(this.#ending))
        return
      }
      const id = this.#questions++
      this.#asked.set(id, { resolve, reject })
      // Its end, which is heard of too, is the only reason for an error here.
      this.#child.send({ id, command, given }, () => {})
    })
  }

  /** Resolves when the producer is made. */
  async started(withinMs = 10_000): Promise<NonNullable<Told['ready']>> {
    return within(`the start of ${this.app}`, withinMs, () => {
      if (this.ready === undefined && this.#ending !== undefined) throw this.#gone(this.#ending)
      return this.ready
    })
  }

  /** Signals the process, or the one that it is started through. Does nothing after its end. */
  signal(signal: NodeJS.Signals): void {
    if (this.#ending === undefined) this.#child.kill(signal)
  }

  /** Ends it as power loss of the process: nothing in it runs any more. */
  async kill(): Promise<Ending> {
    this.signal('SIGKILL')
    return this.ended
  }

  #hear(told: Told): void {
    this.ready ??= told.ready
    this.refusal ??= told.refused
    this.written = told.written ?? this.written
    this.settled = told.settled ?? this.settled
    this.isBlocked = told.isBlocked ?? this.isBlocked
    if (told.crash !== undefined) this.crashes.push(told.crash)
    if (told.warning !== undefined) this.warnings.push(told.warning)
    if (told.dropped !== undefined) this.dropped.push(told.dropped)
    if (told.id === undefined) return
    this.#asked.get(told.id)?.resolve(told.value as never)
    this.#asked.delete(told.id)
  }

  #gone(ending: Ending): Error {
    const why = { ...ending, crashes: this.crashes, refusal: this.refusal?.message }
    return new Error(`${this.app} has ended: ${JSON.stringify(why)}`)
  }
}
