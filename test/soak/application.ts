/** One application of the soak: a process at a time, its lives, what it tells, how it ends. */
import { type ChildProcess, fork } from 'node:child_process'
import { Accounts } from './accounts.ts'
import type { Books } from './books.ts'
import type { Chance } from './chance.ts'
import { drawLife, type Life, type Places, type Plan } from './draw.ts'
import type { History } from './history.ts'
import type { Spoiler } from './mutations.ts'
import type { Promises } from './promises.ts'
import { parseTold, type Told, type ToldStats } from './told.ts'

const APP = new URL('app.mjs', import.meta.url).pathname
/** Beyond `closeTimeoutMs` and a second: a busy machine. */
const GRACE_MS = 2_000
/** A process that does not end then is killed, or the run would not end either. */
const GIVEN_UP_MS = 20_000
const START_MS = 20_000

/** How a life ends. */
export type End = 'closed' | 'killed'

/** What an application needs of the run. */
export interface Surroundings {
  readonly chance: Chance
  readonly books: Books
  readonly promises: Promises
  readonly history: History
  readonly spoiler: Spoiler
  readonly places: () => Places
  /** A life is over. `stoppedAt`: when the process was last stopped or continued. */
  readonly over: (how: End, stoppedAt: number | undefined) => void
}

export class Application {
  readonly plan: Plan
  readonly accounts: Accounts
  readonly #in: Surroundings
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #started: Promise<void> = Promise.resolve()
  #life = -1
  #drawn: Life | undefined
  /** Why the process ends, if it was asked to. */
  #ending: End | undefined
  #stderr = ''
  isStopped = false
  #stoppedAt: number | undefined
  kills = 0
  /** Warnings, by their code. */
  readonly warnings = new Map<string, number>()
  /** Lines that wait, memory and disk together, as last told; undefined if it has told nothing since it became calm. */
  #waiting: number | undefined
  #isCalm = false

  constructor(plan: Plan, surroundings: Surroundings) {
    this.plan = plan
    this.#in = surroundings
    this.accounts = new Accounts(plan, surroundings.promises)
  }

  get life(): Life | undefined {
    return this.#drawn
  }

  get lives(): number {
    return this.#life + 1
  }

  /** Whether a process runs that was not asked to end. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#ending === undefined
  }

  /** Lines that wait in it or on its disk, if it is calm and has said so. */
  get waiting(): number | undefined {
    return this.#waiting
  }

  /** Begins a life, and resolves when it logs. */
  async start(): Promise<void> {
    const { books, chance, places, history } = this.#in
    const life = ++this.#life
    const first = books.begin(this.plan.name, life)
    const drawn = drawLife(chance.fork(), this.plan, life, places())
    const { accessKey, secretKey } = places().accessKeys
    const variables =
      this.plan.keys === 'variables'
        ? { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: secretKey }
        : { HUAWEICLOUD_SDK_AK: undefined, HUAWEICLOUD_SDK_SK: undefined }
    const { kind, name: writer, stream } = this.plan
    this.#drawn = drawn
    this.#ending = undefined
    this.#stderr = ''
    this.#waiting = undefined
    this.accounts.begin(drawn)
    history.add(writer, `life ${life} starts: ${describeLife(drawn)}`)
    const given = JSON.stringify({ kind, writer, stream, first, ...drawn })
    const child = fork(APP, [given], {
      execArgv: [],
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    })
    this.#child = child
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2_000)
    })
    this.#started = new Promise((resolve, reject) => {
      child.on('message', (message) => this.#hear(parseTold(message), life, resolve))
      child.once('exit', () => reject(new Error(`${writer} ended at its start`)))
      setTimeout(() => reject(new Error(`${writer} did not start in time`)), START_MS).unref()
    })
    // Whoever waits hears of it; where nobody does, the end is heard of.
    this.#started.catch(() => {})
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exited(code, signal)
        resolve()
      })
    })
    await this.#started.catch((error: unknown) => {
      // It may have been killed at its start.
      if (this.#ending === undefined) this.#in.promises.look('crashes', false, () => String(error))
    })
    if (this.#isCalm) this.calm()
  }

  stop(): void {
    this.isStopped = true
    this.#stoppedAt = performance.now()
    this.#child?.kill('SIGSTOP')
  }

  continue(): void {
    this.isStopped = false
    this.#stoppedAt = performance.now()
    this.#child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return
    this.kills++
    this.#ending = 'killed'
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** Ends it as a process manager does, and judges how long that takes. */
  async terminate(): Promise<void> {
    if (!this.isRunning) return
    // Before it listens, SIGTERM would end it as the system does.
    await this.#started.catch(() => {})
    if (!this.isRunning) return
    const child = this.#child
    const { plan } = this
    const closeMs = this.#drawn?.options.closeTimeoutMs ?? 8_000
    const since = performance.now()
    this.#ending = 'closed'
    child?.kill('SIGTERM')
    const timer = setTimeout(() => child?.kill('SIGKILL'), closeMs + GIVEN_UP_MS)
    await this.#ended
    clearTimeout(timer)
    const ms = performance.now() - since
    this.#in.history.add(plan.name, `ended ${Math.round(ms)} ms after SIGTERM (closeTimeoutMs ${closeMs})`)
    this.#in.promises.within('endings', plan.name, ms, closeMs + 1_000 + GRACE_MS, 'ms')
  }

  /** Logs nothing more, from now on and in later lives. */
  calm(): void {
    this.#isCalm = true
    if (this.#child?.connected === true) this.#child.send('calm')
  }

  #hear(heard: Told, life: number, started: () => void): void {
    const { books, promises, spoiler } = this.#in
    const told = this.plan.stream === 'calm' ? spoiler.told(heard) : heard
    this.accounts.told(told)
    switch (told.kind) {
      case 'started':
        // A start is a look, too: what nobody looked at is no promise that was kept.
        promises.look('crashes', true, () => '')
        started()
        return
      case 'settled':
        books.settled(this.plan.name, life, told.next, told.givenUp)
        return
      case 'closed':
        books.settled(this.plan.name, life, told.next, told.givenUp)
        promises.look('endings', this.#ending === 'closed', () => `${this.plan.name} closed unasked`)
        return
      case 'stats':
        books.life(this.plan.name, life).told = this.#lossesOf(told.stats)
        if (told.wasCalm) this.#waiting = told.stats.buffered + told.stats.spooled
        return
      case 'warning':
        this.warnings.set(told.code, (this.warnings.get(told.code) ?? 0) + 1)
        return
      default: {
        const never: never = told
        throw new TypeError(`an application tells ${String(never)}`)
      }
    }
  }

  #lossesOf({ written, recovered, buffered, dropped, rejected }: ToldStats) {
    // A look takes a quarter of a second, and a busy machine is late.
    const since = dropped > 0 ? (this.#drawn?.load.rate ?? 0) : 0
    const givenUp = dropped + (this.plan.hasLetters ? 0 : rejected)
    return { written: written - recovered, buffered, givenUp, since }
  }

  #exited(code: number | null, signal: string | null): void {
    const { books, history, promises } = this.#in
    const { name } = this.plan
    this.#child = undefined
    this.isStopped = false
    this.accounts.end()
    this.#in.over(this.#ending ?? 'killed', this.#stoppedAt)
    this.#stoppedAt = undefined
    const told = books.life(name, this.#life)
    told.wasKilled = this.#ending !== 'closed'
    history.add(name, `life ${this.#life} is over: ${signal ?? `status ${code}`}; ${JSON.stringify(told)}`)
    if (this.#ending === 'closed')
      promises.look('endings', code === 0, () => `${name} ended with ${signal ?? code}: ${this.#stderr}`)
    else if (this.#ending === undefined)
      promises.look('crashes', false, () => `${name} ended unasked with ${signal ?? code}: ${this.#stderr}`)
    this.#ending ??= 'killed'
  }
}

function describeLife({ options, load }: Life): string {
  const { functions, endpoint: _, credentials: __, region: ___, projectId: ____, ...shown } = options
  const all = { ...shown, ...(functions.length > 0 ? { functions } : {}), load }
  return JSON.stringify(all)
}
