/** What a user may ask of the soak, checked before anything starts. */
import { parseArgs } from 'node:util'
import { MUTATIONS, type Mutation } from './mutations.ts'
import { NEMESIS_NAMES } from './nemeses/names.ts'

export const HELP = `pnpm soak [flags]: real processes, sockets, files and disks under faults, and a judge that counts

  --minutes <m>    how long the faults last (default: 10); a fraction is allowed
  --hours <h>      the same in hours
  --seed <n>       where chance begins; it is printed (default: from the time)
  --processes <n>  applications at a time, 3 to 32 (default: 6)
  --only <name>    this fault only; may be repeated
  --mutate <name>  spoils what the judge is told, so that it must fail: ${MUTATIONS.join(', ')}
  --quiet          prints the report only; the history is in the file
  --help           this

The report, with the history, is also a file in test/soak/reports. Ends with status 1 if a promise is broken, 2 if a flag is wrong.
The same seed draws the same applications, options and faults; when they meet is up to the machine.

faults: ${NEMESIS_NAMES.join(', ')}
`

export interface Flags {
  readonly seconds: number
  readonly seed: number
  readonly processes: number
  readonly only: readonly string[]
  readonly mutation: Mutation | undefined
  readonly isQuiet: boolean
}

const LONGEST_SECONDS = 100 * 3_600

/** The flags, `'help'`, or what is wrong with them: what it was, what was given, what is allowed. */
export function parseFlags(
  args: readonly string[],
  now: number
): Flags | 'help' | { readonly problem: string } {
  const given = parse(args)
  if ('problem' in given) return given
  const { values } = given
  if (values.help === true) return 'help'
  if (values.minutes !== undefined && values.hours !== undefined)
    return wrong('--hours', `${values.hours}, beside --minutes ${values.minutes}`, 'one of the two')
  const [name, text, unit] =
    values.hours === undefined ? ['--minutes', values.minutes ?? '10', 60] : ['--hours', values.hours, 3_600]
  const seconds = numberIn(text) * unit
  if (!(seconds >= 1 && seconds <= LONGEST_SECONDS))
    return wrong(name, text, `a number above 0, at most ${LONGEST_SECONDS / unit}`)
  const seed = wholeIn(values.seed ?? String(now % 1_000_000_000))
  if (!(seed <= 999_999_999)) return wrong('--seed', values.seed, 'a whole number from 0 to 999999999')
  const processes = wholeIn(values.processes ?? '6')
  if (!(processes >= 3 && processes <= 32))
    return wrong('--processes', values.processes, 'a whole number from 3 to 32')
  const unknown = values.only?.find((each) => !NEMESIS_NAMES.some((known) => known === each))
  if (unknown !== undefined) return wrong('--only', unknown, NEMESIS_NAMES.join(', '))
  const mutation = MUTATIONS.find((known) => known === values.mutate)
  if (values.mutate !== undefined && mutation === undefined)
    return wrong('--mutate', values.mutate, MUTATIONS.join(', '))
  return { seconds, seed, processes, only: values.only ?? [], mutation, isQuiet: values.quiet === true }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.filter((each) => each !== '--'),
      options: {
        minutes: { type: 'string' },
        hours: { type: 'string' },
        seed: { type: 'string' },
        processes: { type: 'string' },
        only: { type: 'string', multiple: true },
        mutate: { type: 'string' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean' }
      }
    })
  } catch (error) {
    // What parseArgs says names the flag, and what is wrong with it.
    return {
      problem: `${error instanceof Error ? error.message : String(error)}; --help lists what is allowed`
    }
  }
}

const wrong = (flag: string, given: string | undefined, allowed: string) => ({
  problem: `${flag}: got ${JSON.stringify(given ?? '')}; allowed: ${allowed}`
})
const numberIn = (text: string) => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN)
const wholeIn = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN)
