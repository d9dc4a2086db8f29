/** The faults of a run, one after the other and several at a time, as the seed draws them. */
import type { Chance } from './chance.ts'
import type { History } from './history.ts'
import { MACHINE_NEMESES } from './nemeses/machine.ts'
import type { NemesisName } from './nemeses/names.ts'
import type { Nemesis, Strike, World } from './nemeses/nemesis.ts'
import { NETWORK_NEMESES } from './nemeses/network.ts'
import { SERVICE_NEMESES } from './nemeses/service.ts'

const NEMESES: readonly Nemesis[] = [...SERVICE_NEMESES, ...NETWORK_NEMESES, ...MACHINE_NEMESES]
const MOST_AT_A_TIME = 4

export class Storm {
  readonly #world: World
  readonly #chance: Chance
  readonly #history: History
  readonly #onStrike: (name: NemesisName) => void
  readonly #nemeses: readonly Nemesis[]
  readonly #active = new Map<string, Promise<void>>()
  #failure: unknown
  #isOver = false
  #hurry: () => void = () => {}
  /** Wakes the faults that last, at the end. */
  readonly #end = new Promise<void>((resolve) => {
    this.#hurry = resolve
  })
  /** How often each has struck. */
  readonly strikes = new Map<NemesisName, number>()

  /** @param only names of faults; all of them if it is empty. `onStrike` hears of the beginning and the end of each */
  constructor(
    world: World,
    chance: Chance,
    history: History,
    only: readonly string[],
    onStrike: (name: NemesisName) => void
  ) {
    this.#world = world
    this.#chance = chance
    this.#history = history
    this.#onStrike = onStrike
    this.#nemeses = NEMESES.filter(({ name }) => only.length === 0 || only.includes(name))
  }

  /** Resolves when the time is over and the last fault has ended. @throws what a fault threw: that is a fault of the soak */
  async run(forMs: number): Promise<void> {
    const endAt = performance.now() + forMs
    while (performance.now() < endAt && this.#failure === undefined) {
      const { nemesis, strike } = this.#draw()
      const place = `${nemesis.area} ${strike?.who}`
      if (strike !== undefined && this.#active.size < MOST_AT_A_TIME && !this.#active.has(place)) {
        const work = this.#strike(nemesis, strike).catch((error: unknown) => {
          this.#failure ??= error
        })
        this.#active.set(
          place,
          work.finally(() => this.#active.delete(place))
        )
      }
      await sleep(Math.min(this.#chance.whole(100, 1_500), Math.max(0, endAt - performance.now())))
    }
    this.#isOver = true
    this.#hurry()
    await Promise.all(this.#active.values())
    if (this.#failure !== undefined) throw this.#failure
  }

  #draw(): { nemesis: Nemesis; strike: Strike | undefined } {
    const nemesis = this.#chance.pick(this.#nemeses)
    // What is drawn must not depend on what could be struck, or the seed would say little.
    return { nemesis, strike: nemesis.draw(this.#world, this.#chance.fork()) }
  }

  async #strike({ name }: Nemesis, { who, what, ms, begin, end }: Strike): Promise<void> {
    this.strikes.set(name, (this.strikes.get(name) ?? 0) + 1)
    this.#history.add(who, `${name}: ${what}${ms > 0 ? `, ${ms} ms` : ''}`)
    this.#onStrike(name)
    await begin()
    if (ms > 0 && !this.#isOver) await Promise.race([sleep(ms), this.#end])
    this.#onStrike(name)
    await end()
    if (ms > 0) this.#history.add(who, `${name} is over`)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
