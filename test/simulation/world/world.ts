/** Everything in one run: machines, folders, slots with their lives, the network and the service. */
import type { CredentialsOption } from '../../../packages/core/src/options/options.ts'
import { MemoryDisk } from '../../../packages/core/src/testing.ts'
import { Arrivals } from '../judge/arrivals.ts'
import { Effects } from '../judge/effects.ts'
import { History } from '../judge/history.ts'
import { type FolderRecord, newLifeRecord } from '../judge/life-record.ts'
import { checkStep } from '../judge/step-checks.ts'
import { Machine } from '../kernel/process.ts'
import { Random } from '../kernel/random.ts'
import { type Owner, Timeline } from '../kernel/timeline.ts'
import type { Plan, SlotPlan } from '../plan.ts'
import { Keys } from '../service/keys.ts'
import { Service } from '../service/service.ts'
import { Life } from './life.ts'
import { Network } from './network.ts'
import { Writer } from './writer.ts'

/** No process starts again sooner: on a machine that sleeps it would be tried for ever in the same moment. */
const LEAST_RESTART_MS = 10

/** Of the steps that seem to change nothing one in so many is checked. */
const WORTH_A_CHECK = 50
const UNTOUCHED_STEPS = 8

export interface Folder {
  readonly name: string
  readonly record: FolderRecord
  disk: MemoryDisk
  /** How long its calls take now. */
  delayMs: () => number
}

/** A place for a process. */
export interface Slot {
  readonly plan: SlotPlan
  readonly writer: Writer
  readonly machine: Machine
  readonly folder: Folder | undefined
  readonly key: { current: string }
  life: Life | undefined
  lives: number
}

export class World {
  readonly plan: Plan
  readonly random: Random
  readonly history: History
  readonly effects = new Effects()
  readonly timeline: Timeline
  readonly service: Service
  readonly network: Network
  readonly folders = new Map<string, Folder>()
  readonly slots = new Map<string, Slot>()
  readonly machines = new Map<string, Machine>()
  readonly #living = new Map<Owner, Life>()

  constructor(plan: Plan, isTold: boolean) {
    this.plan = plan
    this.random = new Random(plan.seed)
    this.history = new History(isTold)
    this.timeline = new Timeline((owner) => this.#stepped(owner))
    this.service = new Service(plan.streams, new Keys())
    this.network = new Network({
      timeline: this.timeline,
      service: this.service,
      history: this.history,
      arrivals: new Arrivals(this.history),
      random: this.random.fork('network')
    })
    for (const slot of plan.slots) this.#addSlot(slot)
  }

  get lives(): Iterable<Life> {
    return this.#living.values()
  }

  /** Starts the process of a slot, if there is none. */
  start(slot: Slot): void {
    if (slot.life !== undefined) return
    // Nothing starts on a machine that sleeps.
    if (slot.machine.isSuspended) {
      this.#startLater(slot)
      return
    }
    const name = `${slot.plan.name}#${++slot.lives}`
    const record = newLifeRecord(slot.plan, name, this.timeline.now, slot.folder?.record)
    try {
      slot.life = new Life(record, {
        timeline: this.timeline,
        network: this.network,
        history: this.history,
        machine: slot.machine,
        disk: slot.folder?.disk,
        random: this.random.fork(name),
        credentials: credentialsOf(slot),
        diskDelayMs: () => slot.folder?.delayMs() ?? 0,
        ended: (life) => this.#ended(slot, life)
      })
    } catch (error) {
      this.history.note(this.timeline.now, name, `cannot start: ${String(error)}`)
      this.#startLater(slot)
      return
    }
    this.history.lives.push(record)
    this.#living.set(slot.life.process, slot.life)
    slot.writer.begin(slot.life)
  }

  #ended(slot: Slot, life: Life): void {
    this.#living.delete(life.process)
    if (slot.life === life) slot.life = undefined
    this.#startLater(slot)
  }

  #startLater(slot: Slot): void {
    const { restartMs } = slot.plan.writer
    this.timeline.after(Math.max(restartMs, LEAST_RESTART_MS), () => {
      if (slot.writer.left > 0) this.start(slot)
    })
  }

  #checked(life: Life): void {
    // A step that called no port but a few timers changed no count, most likely.
    const isQuiet = !life.isTouched && life.process.work < WORTH_A_CHECK
    if (isQuiet && this.timeline.steps % UNTOUCHED_STEPS !== 0) {
      life.process.work = 0
      return
    }
    life.isTouched = false
    checkStep(life, this.history, this.timeline.now)
  }

  #stepped(owner: Owner | undefined): void {
    const life = owner === undefined ? undefined : this.#living.get(owner)
    if (life !== undefined) this.#checked(life)
    this.history.stepped(this.timeline.now, life?.record.name ?? '', life?.record.books)
    if (life === undefined) return
    if (life.stallMs === 0) return
    const go = life.process.stop()
    this.timeline.after(life.stallMs, go)
    life.stallMs = 0
  }

  #addSlot(plan: SlotPlan): void {
    const { timeline, history } = this
    const random = this.random.fork(`${plan.name} writes`)
    const key = { current: `key-of-${plan.name}` }
    this.service.keys.allow(key.current)
    this.slots.set(plan.name, {
      plan,
      writer: new Writer(plan, { timeline, history, random }),
      machine: this.#machine(plan.machine),
      folder: plan.folder === null ? undefined : this.#folder(plan.folder),
      key,
      life: undefined,
      lives: 0
    })
  }

  #machine(name: string): Machine {
    const machine =
      this.machines.get(name) ?? new Machine(name, name === 'host-1' ? 'aaaaaaaaaaaa' : 'bbbbbbbbbbbb')
    this.machines.set(name, machine)
    return machine
  }

  #folder(name: string): Folder {
    const folder = this.folders.get(name) ?? {
      name,
      disk: new MemoryDisk(),
      delayMs: () => 0,
      record: { powerLosses: [], hadFaults: false, isDamaged: false, failedSyncs: 0, cutBytes: 0 }
    }
    this.folders.set(name, folder)
    return folder
  }
}

function credentialsOf({ plan, key }: Slot): CredentialsOption {
  if (plan.credentials === 'token') return { token: key.current }
  if (plan.credentials === 'keys') return { accessKey: key.current, secretKey: 'secret' }
  return () => ({ accessKey: key.current, secretKey: 'secret' })
}
