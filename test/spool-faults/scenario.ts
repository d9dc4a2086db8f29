import type { DisOptions } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { optionsFor, STREAM } from '../e2e/arrivals.ts'
import { type Account, accountOf, type Written } from './accounting.ts'
import { Application, type Ending, type Launch } from './application.ts'
import { mountSmallDisk, type SmallDisk, temporaryFolder } from './machine.ts'

/** A service, a folder for the spool, and applications: all of one test, and all gone at its end. */
export interface Scenario {
  readonly dis: LocalDis
  /** Folder of the spool. */
  readonly dir: string
  /** Options for the service and the folder. `spool` has the mode 'always', unless `options` says otherwise. */
  options(options?: DisOptions): DisOptions
  /** Starts an application and waits for its producer. */
  start(launch: Launch): Promise<Application>
  /** Starts an application, and does not wait. */
  launch(launch: Launch): Application
  /** A last life: sends what is in the spool and ends. */
  recover(launch: Launch): Promise<Recovery>
  account(written: readonly Written[], stream?: string): Promise<Account>
  mount(kib: number): SmallDisk
  folder(): string
}

export interface Recovery {
  readonly ending: Ending
  readonly application: Application
  readonly closed: Awaited<ReturnType<typeof closed>>
}

/** Runs a test with a service of its own, so that tests can run side by side. */
export async function inScenario(
  streams: readonly string[],
  test: (scenario: Scenario) => Promise<void>
): Promise<void> {
  const dis = await createLocalDis({
    streams: streams.map((name) => ({ name, partitions: 2 })),
    limits: false
  })
  const applications: Application[] = []
  const removals: (() => void)[] = []
  const folder = () => {
    const { path, remove } = temporaryFolder()
    removals.push(remove)
    return path
  }
  const dir = folder()
  const launch = (given: Launch) => {
    const application = new Application(given)
    applications.push(application)
    return application
  }
  const start = async (given: Launch) => {
    const application = launch(given)
    await application.started()
    return application
  }
  try {
    await test({
      dis,
      dir,
      launch,
      start,
      folder,
      options: (options = {}) =>
        optionsFor(dis, {
          partitionKey: 'key',
          batch: { lingerMs: 20 },
          retry: { baseMs: 20, maxMs: 300 },
          closeTimeoutMs: 200,
          ...options,
          spool: { dir, mode: 'always', ...options.spool }
        }),
      async recover(given) {
        // With time enough for all that other lives have left.
        const application = await start({ ...given, options: { ...given.options, closeTimeoutMs: 20_000 } })
        return { application, closed: await closed(application), ending: await application.ended }
      },
      account: (written, stream = STREAM) => accountOf(dis, stream, written),
      mount(kib) {
        const disk = mountSmallDisk(kib)
        removals.push(() => disk.remove())
        return disk
      }
    })
  } finally {
    await Promise.all(applications.map((application) => application.kill()))
    await dis.close()
    for (const remove of removals) remove()
  }
}

function closed(application: Application) {
  return application.ask('close', {})
}
