/** A run of the soak: applications, a service and a network between them; faults; the end, when all must be delivered; the judge. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspectSpool } from '@dis-logs/core'
import { Application, type End } from './application.ts'
import { Books } from './books.ts'
import { Chance } from './chance.ts'
import { SmallDisk } from './disk.ts'
import { drawPlans, type Plan } from './draw.ts'
import type { Flags } from './flags.ts'
import { factsOf } from './groups.ts'
import type { History } from './history.ts'
import { readLetters } from './letters.ts'
import { Spoiler } from './mutations.ts'
import type { Target } from './nemeses/nemesis.ts'
import { Promises } from './promises.ts'
import { RefusalWatch } from './refusals.ts'
import { reportOf } from './report.ts'
import { Service } from './service.ts'
import { Storm } from './storm.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { unnotedSince } from './unnoted.ts'
import { judgeLines } from './verdict.ts'

const SMALL_DISK_KIB = 8_192
const COLLECT_MS = 300
const PROGRESS_MS = 30_000
const DRAINED_WITHIN_MS = 60_000
/** If it takes longer, the promise is broken; but what arrives late is not lost. */
const DRAIN_GIVEN_UP_MS = 180_000

type Member = Target & { readonly watch: RefusalWatch }

/** Runs it, prints and keeps the report. True if every promise was kept. */
export async function soak(flags: Flags, history: History): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'dis-logs-soak-'))
  const run = new Run(flags, history, dir)
  try {
    return await run.run()
  } finally {
    await run.clear()
    rmSync(dir, { recursive: true, force: true })
  }
}

class Run {
  readonly #flags: Flags
  readonly #history: History
  readonly #dir: string
  readonly #disk: SmallDisk | undefined
  readonly #books = new Books()
  readonly #promises: Promises
  readonly #spoiler: Spoiler
  readonly #plans: readonly Plan[]
  readonly #chance: Chance
  #members: readonly Member[] = []
  #timers: NodeJS.Timeout[] = []
  #judgePeakRss = 0

  constructor(flags: Flags, history: History, dir: string) {
    this.#flags = flags
    this.#history = history
    this.#dir = dir
    this.#chance = new Chance(flags.seed)
    this.#spoiler = new Spoiler(flags.mutation)
    this.#promises = new Promises((name, text) => history.add('judge', `BROKEN ${name}: ${text}`))
    this.#disk = SmallDisk.mount(join(dir, 'disk'), SMALL_DISK_KIB)
    const plans = drawPlans(this.#chance.fork(), flags.processes, this.#disk !== undefined)
    // A spoiled order can be seen only where there is one, and so can a spoiled id.
    this.#plans =
      flags.mutation === undefined
        ? plans
        : plans.map((plan) =>
            plan.stream === 'calm'
              ? { ...plan, isOrdered: true, route: 'key', keyMode: 'one', hasIds: true }
              : plan
          )
  }

  async run(): Promise<boolean> {
    const { seed, seconds, processes, only } = this.#flags
    this.#history.print(
      `soak: seed ${seed}, ${seconds} s, ${processes} processes, Node ${process.version}, small disk ${this.#disk === undefined ? 'not mounted' : `of ${SMALL_DISK_KIB} KiB`}`
    )
    const service = await Service.start(join(this.#dir, 'credentials'), (stream, data, place) =>
      this.#spoiler.arrived(stream, data, place, (...spoiled) => this.#books.arrived(...spoiled))
    )
    this.#members = await this.#assemble(service)
    await Promise.all(this.#members.map(({ application }) => application.start()))
    this.#every(COLLECT_MS, () => service.collect())
    this.#every(1_000, () => this.#look())
    this.#every(PROGRESS_MS, () => this.#tellProgress())

    const storm = new Storm(
      { service, targets: this.#members, disk: this.#disk },
      this.#chance.fork(),
      this.#history,
      only,
      (name) => this.#keysMayChange(name)
    )
    await storm.run(seconds * 1_000)
    await this.#drain(service)
    await Promise.all(this.#members.map(({ application }) => application.terminate()))
    this.#stopTimers()
    await service.close()
    return this.#judge(storm.strikes, service.restarts)
  }

  /** Ends what still runs. */
  async clear(): Promise<void> {
    this.#stopTimers()
    await Promise.all(this.#members.map(({ application }) => application.kill()))
    await Promise.all(this.#members.map(({ proxy }) => proxy.refuse().catch(() => {})))
    this.#disk?.unmount()
  }

  #assemble(service: Service): Promise<Member[]> {
    const chance = this.#chance.fork()
    return Promise.all(
      this.#plans.map(async (plan) => {
        const { name } = plan
        const watch = new RefusalWatch()
        const proxy = await TcpProxy.start(() => service.port, {
          status: (status) => watch.answered(status),
          read: (places) => this.#books.receipts.read(name, places)
        })
        this.#books.add(factsOf(plan))
        this.#history.add(name, `plan ${JSON.stringify(plan)}`)
        const application = new Application(plan, {
          chance: chance.fork(),
          books: this.#books,
          promises: this.#promises,
          history: this.#history,
          spoiler: this.#spoiler,
          over: (how, stoppedAt) => this.#forgetReceipts(plan, how, stoppedAt),
          places: () => {
            watch.incident()
            return {
              endpoint: proxy.url,
              spoolDir: this.#spoolDir(plan),
              letters: this.#letters(plan),
              profile: join(this.#dir, 'credentials'),
              accessKeys: service.keys
            }
          }
        })
        return { application, proxy, watch }
      })
    )
  }

  /** After the last fault: all applications run, log nothing more, and have to deliver what waits. */
  async #drain(service: Service): Promise<void> {
    this.#history.add('soak', 'the last fault is over; nothing is logged any more')
    const since = performance.now()
    await service.limit(false)
    const dead = this.#members.filter(({ application }) => !application.isRunning)
    await Promise.all(dead.map(({ application }) => application.start()))
    for (const { application } of this.#members) application.calm()
    while (!(await this.#isDrained()) && performance.now() - since < DRAIN_GIVEN_UP_MS) await sleep(200)
    const waiting = this.#members.map(
      ({ application: { plan, waiting } }) => `${plan.name} ${waiting ?? 'unknown'}`
    )
    const ms = performance.now() - since
    this.#history.add('soak', `drained after ${Math.round(ms)} ms; lines that wait: ${waiting.join(', ')}`)
    this.#promises.within('drained', waiting.join(', '), ms, DRAINED_WITHIN_MS, 'ms')
  }

  async #isDrained(): Promise<boolean> {
    if (this.#members.some(({ application }) => application.waiting !== 0)) return false
    const dirs = new Set(
      this.#plans.filter(({ spool }) => spool !== 'none').map((plan) => this.#spoolDir(plan))
    )
    const spools = await Promise.all([...dirs].map((dir) => inspectSpool(dir)))
    return spools.every(({ parts }) => parts.every(({ lines }) => lines === 0))
  }

  #judge(strikes: ReadonlyMap<string, number>, serverRestarts: number): boolean {
    const applications = this.#members.map(({ application }) => application)
    for (const plan of this.#plans) readLetters(this.#letters(plan), (line) => this.#books.letter(line))
    const groups = judgeLines(this.#books, this.#promises, applications, strikes.size)
    const { seed, seconds, processes, only, mutation } = this.#flags
    const verdicts = this.#promises.verdicts()
    const options = [...only.map((name) => `--only ${name}`), ...(mutation ? [`--mutate ${mutation}`] : [])]
    this.#history.print(
      reportOf({
        seed,
        command: [
          'pnpm soak',
          `--seed ${seed} --minutes ${seconds / 60} --processes ${processes}`,
          ...options
        ].join(' '),
        seconds: this.#history.seconds,
        applications,
        strikes,
        serverRestarts,
        books: this.#books,
        groups,
        verdicts,
        judgePeakRss: this.#judgePeakRss
      })
    )
    return verdicts.every(({ isKept }) => isKept)
  }

  #look(): void {
    this.#disk?.look()
    this.#judgePeakRss = Math.max(this.#judgePeakRss, process.memoryUsage.rss())
    for (const { application, watch } of this.#members)
      watch.judge(application, this.#promises, this.#spoiler.extraRefusals)
  }

  #forgetReceipts({ name, spool }: Plan, how: End, stoppedAt: number | undefined): void {
    const disk = spool === 'small-disk' ? this.#disk : undefined
    this.#books.receipts.forget(name, unnotedSince(how, stoppedAt, disk))
  }

  #keysMayChange(name: string): void {
    if (name === 'rotation' || name === 'refusal') for (const { watch } of this.#members) watch.incident()
  }

  #tellProgress(): void {
    const { arrivals, settledLines } = this.#books
    this.#history.add('soak', `${settledLines} lines settled, ${arrivals} arrived`)
  }

  #spoolDir({ name, spool }: Plan): string {
    const dir = join(
      spool === 'small-disk' && this.#disk !== undefined ? this.#disk.path : this.#dir,
      'spools'
    )
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    return join(dir, spool === 'shared' ? 'shared' : name)
  }

  #letters({ name }: Plan): string {
    return join(this.#dir, `letters-${name}.ndjson`)
  }

  #every(ms: number, work: () => Promise<void> | void): void {
    this.#timers.push(setInterval(work, ms))
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }
}
