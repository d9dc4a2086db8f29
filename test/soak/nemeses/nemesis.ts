/** What a fault is: it strikes, it lasts, it ends. */
import type { Application } from '../application.ts'
import type { Chance } from '../chance.ts'
import type { SmallDisk } from '../disk.ts'
import type { Service } from '../service.ts'
import type { TcpProxy } from '../tcp-proxy.ts'
import type { NemesisName } from './names.ts'

/** An application with the network in front of it. */
export interface Target {
  readonly application: Application
  readonly proxy: TcpProxy
}

/** What faults may strike. */
export interface World {
  readonly service: Service
  readonly targets: readonly Target[]
  readonly disk: SmallDisk | undefined
}

/** A fault that has been drawn: what it does, and to whom. */
export interface Strike {
  /** Who is struck; nobody is struck by two faults of one kind at a time. */
  readonly who: string
  readonly what: string
  /** How long it lasts. */
  readonly ms: number
  begin(): Promise<void>
  end(): Promise<void>
}

export interface Nemesis {
  readonly name: NemesisName
  /** Faults of one area do not strike the same one at a time. */
  readonly area: 'service' | 'network' | 'process' | 'disk' | 'keys' | 'partitions' | 'limits'
  /** Draws a fault; undefined if there is nothing that it could strike. */
  draw(world: World, chance: Chance): Strike | undefined
}

/** Seconds are enough for what takes minutes elsewhere: the options' timeouts are as much shorter. */
export function drawMs(chance: Chance): number {
  return chance.whole(500, 8_000)
}

/** One of the applications that may be struck. */
export function drawTarget(
  { targets }: World,
  chance: Chance,
  mayBeStruck: (application: Application) => boolean
): Target | undefined {
  const found = targets.filter(({ application }) => application.isRunning && mayBeStruck(application))
  return found.length === 0 ? undefined : chance.pick(found)
}

/** Faults of the network and of processes leave the calm stream alone. */
export function isInStorm({ plan }: Application): boolean {
  return plan.stream === 'storm'
}
