/** Uses inputs, one after another, and measures each. A process of its own, because an input may never end, or end the process. */
import { mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Random } from './generate/random.ts'
import { refuseOtherMachines } from './guard.ts'
import {
  type Figures,
  type Finding,
  type Job,
  MAX_BYTES,
  MAX_MS,
  type Message,
  PROGRESS_BYTES,
  type Reason
} from './job.ts'
import type { Kind } from './kind.ts'
import { openKind } from './kinds.ts'
import { measure, noteStrays } from './measure.ts'
import { smaller } from './smaller.ts'

/** Findings of one kind that are told. More would be the same one again. */
const MAX_FINDINGS = 20

/** The inputs of one kind in this job. */
class Run {
  readonly #job: Job
  readonly #name: string
  readonly #kind: Kind
  readonly #figures: { -readonly [Name in keyof Figures]: Figures[Name] }
  #findings = 0

  constructor(job: Job, name: string, kind: Kind) {
    this.#job = job
    this.#name = name
    this.#kind = kind
    this.#figures = {
      type: 'figures',
      kind: name,
      inputs: 0,
      milliseconds: 0,
      slowestMs: 0,
      slowestIndex: 0,
      largestBytes: 0,
      largestIndex: 0
    }
  }

  async all(from: number, note: (index: number) => void): Promise<Figures> {
    const { files, milliseconds, until } = this.#job
    const startedAt = performance.now()
    const last = files.length > 0 ? files.length : until
    for (let index = from; index < last; index++) {
      if (performance.now() - startedAt > milliseconds) break
      note(index)
      const file = files[index]
      await this.#use(file === undefined ? this.#make(index) : readFileSync(file), index)
      // Messages to the runner leave between inputs.
      if (index % 64 === 0) await setImmediate()
    }
    this.#figures.milliseconds = performance.now() - startedAt
    return this.#figures
  }

  #make(index: number): Buffer {
    return this.#kind.generate(new Random(this.#job.seed, this.#name, index))
  }

  async #use(input: Buffer, index: number): Promise<void> {
    if (this.#job.isShown) return this.#tell('broke a promise', '', input, index)
    const { ms, bytes, error } = await measure(this.#kind, input)
    const figures = this.#figures
    figures.inputs++
    if (ms > figures.slowestMs) Object.assign(figures, { slowestMs: ms, slowestIndex: index })
    if (bytes > figures.largestBytes && bytes <= MAX_BYTES)
      Object.assign(figures, { largestBytes: bytes, largestIndex: index })
    if (error !== undefined) {
      if (this.#findings >= MAX_FINDINGS) return
      const { input: least, message } = await smaller(this.#kind, input, error)
      this.#tell('broke a promise', message, least, index)
    } else if (ms > MAX_MS) this.#tell('took too long', `${Math.round(ms)} ms`, input, index)
    else if (bytes > MAX_BYTES)
      this.#tell('took too much memory', `${Math.round(bytes / 1_048_576)} MiB`, input, index)
  }

  #tell(reason: Reason, message: string, input: Buffer, index: number): void {
    if (this.#findings++ >= MAX_FINDINGS) return
    const finding: Finding = {
      type: 'finding',
      kind: this.#name,
      index,
      reason,
      message,
      bytes: input.toString('hex')
    }
    tell(finding)
  }
}

function tell(message: Message): void {
  process.send?.(message)
}

async function work(job: Job): Promise<void> {
  const progress = openSync(job.progress, 'r+')
  const place = Buffer.alloc(PROGRESS_BYTES)
  let count = 0
  for (const [number, name] of job.kinds.entries()) {
    const note = (index: number) => {
      place.writeUInt32LE(number, 0)
      place.writeUInt32LE(index, 4)
      place.writeUInt32LE(++count, 8)
      writeSync(progress, place, 0, PROGRESS_BYTES, 0)
    }
    const dir = join(job.dir, `${name}-${process.pid}`)
    mkdirSync(dir)
    process.chdir(dir)
    // Before the kind is opened, so that an end in there is not taken for one of the kind before.
    note(number === 0 ? job.from : 0)
    const kind = await openKind(name, dir)
    tell(await new Run(job, name, kind).all(number === 0 ? job.from : 0, note))
    await kind.close?.()
  }
  // The process ends behind this: a message that has not left by then is lost.
  await new Promise((left) => process.send?.({ type: 'done' } satisfies Message, left))
}

noteStrays()
refuseOtherMachines()
const job: Job = JSON.parse(process.argv[2] ?? '')
try {
  await work(job)
} catch (error) {
  process.stderr.write(error instanceof Error ? `${error.stack}` : String(error))
  process.exit(1)
}
process.disconnect?.()
// A kind may have left a timer or a socket. The files of the job are the runner's to remove.
process.exit(0)
