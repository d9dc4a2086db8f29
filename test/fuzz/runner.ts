/** Runs jobs in children, watches them, and goes on behind an input that never ended or that ended its process. */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type Figures,
  type Finding,
  HANG_MS,
  type Job,
  type Message,
  PROGRESS_BYTES,
  type Reason
} from './job.ts'

const CHILD = new URL('./child.ts', import.meta.url).pathname
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
/** Far above what any input may hold, and low enough that one without a bound ends soon. */
const HEAP_MIB = 768
const LOOK_MS = 250
/** Inputs of one job that may end their process. More would be the same one again. */
const MAX_STOPS = 3

export interface Results {
  readonly figures: Figures[]
  readonly findings: Finding[]
  /** What failed once, but not again when it was tried alone: the machine's other work, or inputs before it. */
  readonly passing: Finding[]
}

/** How a child ended before its job did. */
interface Stop {
  readonly reason: Reason
  readonly kind: number
  readonly index: number
  readonly message: string
}

type Wish = Pick<Job, 'kinds' | 'seed'> & Partial<Job>

/** Runs all of a job. What a machine under load may cause is tried again, alone, before it is a finding. */
export async function runJob(wish: Wish): Promise<Results> {
  const results: Results = { figures: [], findings: [], passing: [] }
  const told: Finding[] = []
  const { milliseconds = 86_400_000 } = wish
  let { kinds, from = 0 } = wish
  let stops = 0
  const endsAt = performance.now() + milliseconds
  for (;;) {
    const left = Math.max(0, endsAt - performance.now())
    const stop = await runChild({ ...wish, kinds, from, milliseconds: left }, results.figures, told)
    if (stop === undefined) break
    const kind = kinds[stop.kind] ?? ''
    const { index, reason, message } = stop
    told.push({ type: 'finding', kind, index, reason, message, bytes: await bytesOf(wish, kind, index) })
    stops++
    kinds = kinds.slice(stop.kind)
    from = index + 1
    if (wish.files !== undefined || stops > MAX_STOPS) break
  }
  for (const finding of told) {
    const isReal = finding.reason === 'broke a promise' || (await isRepeated(wish, finding))
    results[isReal ? 'findings' : 'passing'].push(finding)
  }
  return results
}

/** Whether the input fails again in a child of its own, where no other has taken memory or time before. */
async function isRepeated(wish: Wish, { kind, index }: Finding): Promise<boolean> {
  if (wish.files !== undefined) return true
  const again: Finding[] = []
  const stop = await runChild(
    { ...wish, kinds: [kind], from: index, until: index + 1, milliseconds: 60_000 },
    [],
    again
  )
  return stop !== undefined || again.some((finding) => finding.index === index)
}

/** The bytes of an input whose child could not tell them any more, in hex. */
async function bytesOf(wish: Wish, kind: string, index: number): Promise<string> {
  const shown: Finding[] = []
  await runChild(
    { ...wish, kinds: [kind], from: index, until: index + 1, milliseconds: 60_000, isShown: true },
    [],
    shown
  )
  return shown.find((finding) => finding.index === index)?.bytes ?? ''
}

async function runChild(wish: Wish, figures: Figures[], findings: Finding[]): Promise<Stop | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'dis-fuzz-'))
  const progress = join(dir, 'progress')
  writeFileSync(progress, Buffer.alloc(PROGRESS_BYTES))
  const job: Job = {
    from: 0,
    until: Number.MAX_SAFE_INTEGER,
    milliseconds: 0,
    files: [],
    isShown: false,
    ...wish,
    dir,
    progress
  }
  try {
    return await watch(job, figures, findings)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function watch(job: Job, figures: Figures[], findings: Finding[]): Promise<Stop | undefined> {
  const child = fork(CHILD, [JSON.stringify(job)], {
    execArgv: ['--import', TSX, `--max-old-space-size=${HEAP_MIB}`],
    // Nothing of the caller's environment is an input, nor a place to write to.
    env: { PATH: process.env['PATH'] ?? '', HOME: job.dir, TMPDIR: job.dir, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc']
  })
  let said = ''
  let isDone = false
  let isHanging = false
  child.stderr?.on('data', (text: Buffer) => {
    said = (said + text.toString('latin1')).slice(-4_000)
  })
  child.on('message', (message: Message) => {
    if (message.type === 'figures') figures.push(message)
    else if (message.type === 'finding') findings.push(message)
    else isDone = true
  })
  let seen = -1
  let since = performance.now()
  const timer = setInterval(() => {
    const { count } = placeOf(job)
    if (count !== seen) since = performance.now()
    seen = count
    if (performance.now() - since < HANG_MS) return
    isHanging = true
    child.kill('SIGKILL')
  }, LOOK_MS)
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearInterval(timer)
      if (isDone) return resolve(undefined)
      const reason = isHanging ? 'did not end' : 'ended the process'
      const message = isHanging
        ? `${HANG_MS / 1_000} s`
        : `${signal ?? `status ${status}`} ${said.trim().slice(-600)}`
      resolve({ ...placeOf(job), reason, message })
    })
  })
}

function placeOf({ progress }: Job): {
  readonly kind: number
  readonly index: number
  readonly count: number
} {
  const place = readFileSync(progress)
  return { kind: place.readUInt32LE(0), index: place.readUInt32LE(4), count: place.readUInt32LE(8) }
}
