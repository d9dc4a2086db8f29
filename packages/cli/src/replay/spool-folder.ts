/** Folders of spools → the streams that its lines are for, and what became of them in words. */
import { inspectSpool, type SpoolPart } from '@dis-logs/core'
import type { Io } from '../io.ts'
import { complain, count, lines, paint, say } from '../output.ts'
import type { Patience } from '../ship/settle.ts'
import type { Stop } from '../signals.ts'
import { describeTarget, partsInWords, placesInWords, SET_ASIDE_CURE, writerOf } from '../spool/words.ts'
import { showStatus } from '../terminal/status-line.ts'
import type { PlannedRun, SpoolPlan } from './spool-plan.ts'
import { SpoolRun } from './spool-run.ts'
import { findRefusal } from './spool-target.ts'

/** Folders at a time, and streams of a folder: each waits for its own silence. */
const AT_ONCE = 8

/** Sends what dead owners left in folders. @returns whether all of it was delivered, and nothing is in the way */
export async function replaySpools(
  plans: readonly SpoolPlan[],
  patience: Patience,
  stop: Stop,
  io: Io
): Promise<boolean> {
  const runs: SpoolRun[] = []
  const text = progressOf(runs)
  const progress = showStatus(io.stderr, 1_000, (columns) =>
    paint(io.stderr, 'dim', text().slice(0, columns))
  )
  stop.beforeExit(progress.end)
  try {
    const ends = await inGroups(plans, (plan) => replaySpool(plan, runs, patience, stop, io))
    return ends.every(Boolean)
  } finally {
    progress.end()
  }
}

async function replaySpool(
  plan: SpoolPlan,
  allRuns: SpoolRun[],
  patience: Patience,
  stop: Stop,
  io: Io
): Promise<boolean> {
  const runs: SpoolRun[] = []
  let isRefused = false
  const send = async (planned: PlannedRun) => {
    if (stop.signal.aborted) return
    const problem = planned.problem ?? (await findRefusal(planned))
    if (problem !== undefined) {
      isRefused = true
      complain(io, 'replay', `${planned.name}: nothing was sent, its lines stay: ${problem}`)
      return
    }
    const run = new SpoolRun(planned)
    runs.push(run)
    allRuns.push(run)
    await run.run(patience, stop.signal)
    tellRun(run, io)
  }
  if (!plan.needsStream) {
    tellSilence(plan, io)
    // First, and alone: every producer takes over parts that name no stream.
    if (plan.unnamed !== undefined) await send(plan.unnamed)
    await inGroups(plan.named, send)
  }
  const isEmptied = await tellLeft(plan, runs, io)
  return isEmptied && !isRefused && runs.every(isDelivered)
}

async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))))
  }
  return results
}

function isDelivered(run: SpoolRun): boolean {
  const { rejected, dropped, spoolDamaged } = run.stats()
  return rejected === 0 && dropped === 0 && spoolDamaged === 0
}

function tellSilence({ unnamed, named }: SpoolPlan, io: Io): void {
  const parts = [unnamed, ...named].flatMap((run) => run?.parts ?? [])
  const unknown = parts.filter(({ owner }) => owner.state === 'unknown')
  if (unknown.length === 0) return
  say(
    io,
    'replay',
    `waiting a minute for the heartbeat of the owners of ${partsInWords(unknown.length)}: they ran on another machine, or on this one before a restart, or have no lock that ends with its process, so only silence says that they are dead`
  )
}

function progressOf(runs: readonly SpoolRun[]): () => string {
  let before = 0
  return () => {
    const expected = runs.flatMap(({ plan }) => plan.parts).reduce((sum, part) => sum + part.lines, 0)
    const stats = runs.map((run) => run.stats())
    const delivered = stats.reduce((sum, each) => sum + each.delivered, 0)
    const retries = stats.reduce((sum, each) => sum + each.retriedRecords, 0)
    const perSecond = delivered - before
    before = delivered
    return `${count(delivered)} of ${lines(expected)} delivered, ${count(retries)} retries, ${count(perSecond)} lines/s`
  }
}

function tellRun(run: SpoolRun, io: Io): void {
  const { recovered, delivered, rejected, dropped, retriedRecords, spoolDamaged } = run.stats()
  const left = recovered - delivered - rejected - dropped
  if (recovered === 0 && run.end === 'settled' && run.living.size === 0) {
    say(io, 'replay', `${run.plan.name}: another producer was faster and sends the lines`)
    return
  }
  say(
    io,
    'replay',
    [
      `${run.plan.name}: ${lines(recovered)} read`,
      `${count(delivered)} delivered`,
      `${count(rejected)} rejected`,
      `${count(left)} not sent`,
      `${count(retriedRecords)} retries`
    ].join(', ')
  )
  for (const rejection of run.diagnostics.rejections()) complain(io, 'replay', rejection)
  if (rejected > 0 && run.plan.options.deadLetter === undefined) {
    complain(io, 'replay', `${lines(rejected)} gone: --dead-letter <file> keeps what is rejected`)
  }
  if (spoolDamaged > 0) complain(io, 'replay', `${placesInWords(spoolDamaged)} skipped; the rest was read`)
  const { warning } = run.diagnostics
  if (run.end === 'gave-up' && warning !== undefined) complain(io, 'replay', `last trouble: ${warning}`)
}

/** What still stands in the folder. @returns whether nothing does that should have been sent */
async function tellLeft(plan: SpoolPlan, runs: readonly SpoolRun[], io: Io): Promise<boolean> {
  const { dir } = plan.inspection
  const { parts, setAside } = await inspectSpool(dir)
  const living = new Set(runs.flatMap((run) => [...run.living]))
  const isLiving = ({ owner }: SpoolPart) => owner.state === 'alive' || living.has(owner.lock)
  const holds = ({ lines: held, damaged }: SpoolPart) => held > 0 || damaged > 0
  const left = parts.filter((part) => holds(part) && !isLiving(part))
  for (const part of parts.filter((each) => holds(each) && isLiving(each))) {
    say(
      io,
      'replay',
      `left alone: ${lines(part.lines)} for ${nameOf(part)}, whose owner lives and sends them`
    )
  }
  for (const part of left) {
    complain(
      io,
      'replay',
      `left in ${dir}: ${lines(part.lines)} for ${nameOf(part)}, written by ${writerOf(part)}`
    )
  }
  if (plan.needsStream) {
    complain(
      io,
      'replay',
      `nothing was sent from ${dir}: a part of the older format names no stream, and whoever sends takes it along; say where its lines go with --stream <name>`
    )
  }
  for (const { path } of setAside) {
    complain(io, 'replay', `${path} cannot be read and was set aside: ${SET_ASIDE_CURE}`)
  }
  if (plan.inspection.parts.length === 0 && parts.length === 0) say(io, 'replay', `nothing waits in ${dir}`)
  return left.length === 0 && setAside.length === 0 && !plan.needsStream
}

function nameOf({ target, isOlderFormat }: SpoolPart): string {
  if (target !== undefined) return describeTarget(target)
  return isOlderFormat ? 'a stream that is not named (older format)' : 'a stream that is not named'
}
