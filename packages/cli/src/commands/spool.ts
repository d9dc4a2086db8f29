/** `dis-logs spool`: what waits in the folder of a spool, and who sends it. */
import { inspectSpool, printable, type SpoolInspection, type SpoolOwner } from '@dis-logs/core'
import type { Command } from '../command.ts'
import { defineFlags, parseFlags } from '../flags.ts'
import type { CommandHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { bytesInWords, say } from '../output.ts'
import { partsInWords, partsTable, placesInWords, SET_ASIDE_CURE, totals } from '../spool/words.ts'
import { STATUS, UsageError } from '../status.ts'

const flags = defineFlags({
  json: { type: 'boolean', help: 'one JSON object on stdout instead of a table' }
})

const help: CommandHelp = {
  summary: 'show what waits in the folder of a spool',
  usage: '[flags] <dir>',
  flags,
  notes: [
    'Reads the folder that the option spool.dir names and changes nothing in it; producers may run meanwhile. A row for each part: the stream that its lines are for, the process that wrote them, whether its owner lives, lines that are not delivered, bytes on disk, age of the oldest line, damaged places, how its lines find their partitions.',
    'OWNER: alive: a process has the part and sends it. dead: nobody has it; the next producer for the stream takes it, and so does dis-logs replay. unknown: it belongs to another machine, or to this one before a restart, or has no lock that ends with its process, or somebody has deleted its lock; it counts as dead after a minute without a heartbeat.',
    'Parts of the older format name no stream, and their lines are counted whether they are delivered or not.',
    '--json: { ok, dir, lines, bytes, parts: [{ path, target, isOlderFormat, owner, writer, lines, bytes, oldestAt, damaged, routes }], setAside: [{ path, bytes }] }; oldestAt is in ms since the epoch; what is not known is null.',
    'Exit status: 0; 1 if something is damaged, or was set aside because it cannot be read; 2 wrong usage, or no such folder.'
  ],
  examples: ['dis-logs spool /var/spool/my-app', 'dis-logs spool --json /var/spool/my-app | jq .lines']
}

/** The verb `spool`. */
export const spool: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseFlags(flags, args)
    const [dir] = positionals
    if (dir === undefined || positionals.length > 1)
      throw new UsageError('spool needs one folder: dis-logs spool <dir>')
    const inspection = await inspectSpool(dir)
    const isSound = inspection.setAside.length === 0 && inspection.parts.every(({ damaged }) => damaged === 0)
    if (values.json === true) io.stdout.write(`${asJson(inspection, isSound)}\n`)
    else tell(inspection, io)
    return isSound ? STATUS.ok : STATUS.failed
  }
}

function asJson({ dir, parts, setAside }: SpoolInspection, ok: boolean): string {
  const lines = parts.reduce((sum, part) => sum + part.lines, 0)
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  // What is not known has a field, too.
  return printable(JSON.stringify({ ok, dir, lines, bytes, parts, setAside }, (_, value) => value ?? null))
}

function tell(inspection: SpoolInspection, io: Io): void {
  const { dir, parts, setAside } = inspection
  const text = [
    ...(parts.length === 0 ? [`nothing waits in ${dir}`] : [...partsTable(parts, Date.now()), '']),
    ...(parts.length === 0 ? [] : [totals(inspection)]),
    ...setAside.map(({ path, bytes }) => `set aside: ${path}, ${bytesInWords(bytes)}`)
  ]
  io.stdout.write(`${text.map((line) => printable(line)).join('\n')}\n`)
  for (const hint of hints(inspection)) say(io, 'spool', hint)
}

/** What happens to it, and what to do. */
function hints({ dir, parts, setAside }: SpoolInspection): string[] {
  const path = /^[\w./-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", "'\\''")}'`
  const owned = (state: SpoolOwner['state']) =>
    parts.filter(({ owner, target }) => owner.state === state && target !== undefined).length
  const unnamed = parts.filter(({ target }) => target === undefined).length
  const damaged = parts.reduce((sum, part) => sum + part.damaged, 0)
  const all: readonly (readonly [number, (found: string) => string])[] = [
    [owned('dead'), (found) => `${found} without an owner: dis-logs replay ${path} sends the lines`],
    [owned('alive'), (found) => `${found} with a living owner, which sends the lines`],
    [
      owned('unknown'),
      (found) =>
        `${found} with an owner that cannot be asked: dis-logs replay ${path} sends the lines if a minute passes without its heartbeat`
    ],
    [
      unnamed,
      (found) =>
        `${found} that name no stream: dis-logs replay --stream <name> ${path} sends the lines to that one`
    ]
  ]
  return [
    ...all.filter(([number]) => number > 0).map(([number, hint]) => hint(partsInWords(number))),
    ...(damaged === 0 ? [] : [`${placesInWords(damaged)}: ${DAMAGE}`]),
    ...(setAside.length === 0 ? [] : [`what was set aside is sent by nobody: ${SET_ASIDE_CURE}`])
  ]
}

const DAMAGE =
  'what can be read is sent. A torn end is normal after a crash, anything else is worth a look at the disk'
