/** What of a spool's folder is to be sent, and where to. Decided before anything is sent. */
import { statSync } from 'node:fs'
import {
  type DisOptions,
  inspectSpool,
  type SpoolInspection,
  type SpoolPart,
  type SpoolTarget,
  validateOptions
} from '@dis-logs/core'
import { describeTarget, streamOf } from '../spool/words.ts'
import { UsageError } from '../status.ts'
import { type Destination, destinationOf, findMismatch, regionOf, withoutVariables } from './spool-target.ts'

/** Lines for one stream. */
export interface PlannedRun extends Destination {
  /** The stream in words. */
  readonly name: string
  readonly parts: readonly SpoolPart[]
  /** Why it cannot be done. */
  readonly problem: string | undefined
}

/** What is to be done in one folder. */
export interface SpoolPlan {
  readonly inspection: SpoolInspection
  /** Parts that name no stream. Every producer would take them over, so they go first. */
  readonly unnamed: PlannedRun | undefined
  readonly named: readonly PlannedRun[]
  /** Parts name no stream, and neither does the command line: nothing can be sent. */
  readonly needsStream: boolean
}

/**
 * Plans a folder. `connection`: what the flags say.
 * @throws UsageError if a flag contradicts what stands with the lines, or the folder is another user's
 * @throws DisConfigError if there is no such folder, or a configuration cannot work
 */
export async function planSpool(
  dir: string,
  connection: DisOptions,
  deadLetter: string | undefined
): Promise<SpoolPlan> {
  const inspection = await inspectSpool(dir)
  const orphans = inspection.parts.filter(({ owner }) => owner.state !== 'alive')
  const unnamed = orphans.filter(({ target }) => target === undefined)
  const groups = groupByTarget(orphans)
  // Where parts name no stream, the flags are for those.
  if (unnamed.length === 0) for (const { target } of groups) refuseOther(target, connection, dir)
  if (orphans.length > 0) refuseOthersFolder(inspection.dir)
  const more: DisOptions = {
    // Nothing is written, so nothing has to make room.
    spool: { dir: inspection.dir, maxBytes: Number.MAX_SAFE_INTEGER },
    ...(deadLetter === undefined ? {} : { deadLetter })
  }
  const stream = streamFor(connection)
  const isNamed = stream !== undefined && unnamed.length > 0
  return {
    inspection,
    // Lines of the older format without a key are spread.
    unnamed: isNamed
      ? plannedRun(stream, unnamed, { options: { ...connection, ...more, partitionKey: null }, hidden: [] })
      : undefined,
    named: groups.map(({ target, parts }) => {
      const { options, hidden } = destinationOf(target, connection)
      const isKeyed = parts.some(({ routes }) => routes.includes('partitionKey'))
      const all = { ...options, ...more, ...(isKeyed ? {} : { partitionKey: null }) }
      const run = plannedRun(describeTarget(target), parts, { options: all, hidden })
      return { ...run, problem: findMismatch(target, { options, hidden }) }
    }),
    needsStream: unnamed.length > 0 && !isNamed
  }
}

interface Group {
  readonly target: SpoolTarget
  readonly parts: SpoolPart[]
}

function groupByTarget(parts: readonly SpoolPart[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const part of parts) {
    const { target } = part
    if (target === undefined) continue
    const key = JSON.stringify([target.origin, target.projectId, target.streamName, target.streamId])
    const group = groups.get(key) ?? { target, parts: [] }
    group.parts.push(part)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** @throws DisConfigError if the options cannot work */
function plannedRun(name: string, parts: readonly SpoolPart[], { options, hidden }: Destination): PlannedRun {
  withoutVariables(hidden, () => validateOptions(options))
  return { name, parts, options, hidden, problem: undefined }
}

function streamFor({ streamName, streamId }: DisOptions): string | undefined {
  return (
    streamName ?? streamId ?? (process.env['DIS_STREAM_NAME'] || process.env['DIS_STREAM_ID'] || undefined)
  )
}

/** @throws UsageError if a flag names another stream than the lines do */
function refuseOther(target: SpoolTarget, connection: DisOptions, dir: string): void {
  const { endpoint, projectId, streamName, streamId, region } = connection
  const given: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['--stream', streamName, target.streamName],
    ['--stream-id', streamId, target.streamId],
    ['--project-id', projectId, target.projectId],
    ['--endpoint', endpoint && originOf(endpoint), target.origin],
    ['--region', region, regionOf(target.origin) ?? region]
  ]
  for (const [flag, value, own] of given) {
    if (value === undefined || value === own) continue
    throw new UsageError(
      `${flag} ${value} contradicts ${dir}: lines in it are for ${streamOf(target)} (${target.origin}, project ${target.projectId || 'of the credentials'}); leave ${flag} out, each line goes to the stream it was written for`
    )
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}

/** A producer takes a folder of its own user only. @throws UsageError with the user to be */
function refuseOthersFolder(dir: string): void {
  const uid = Number(statSync(dir, { bigint: true }).uid)
  const me = process.geteuid?.()
  if (me === undefined || uid === me || uid === 0) return
  throw new UsageError(
    `${dir} belongs to user ${uid}, and this is user ${me}: run it as that user, as in sudo -u '#${uid}' dis-logs replay`
  )
}
