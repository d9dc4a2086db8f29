/** A run as a story: who did what, and when. */
import type { Happening } from './judge/history.ts'
import type { Plan } from './plan.ts'
import type { Result } from './simulate.ts'

/** Lines of a story; of a longer one the beginning and the end are shown. */
const MOST_LINES = 120
const FIRST_LINES = 20

export function tell(plan: Plan, { story = [], violations, hash, virtualMs }: Result): string {
  const heads = [
    `seed ${plan.seed}: ${plan.slots.length} processes, ${plan.nemeses.length} nemeses, ${time(virtualMs)} of virtual time, history ${hash}`,
    ...plan.slots.map(({ name, machine, folder, credentials, options, writer }) => {
      const where = folder === null ? machine : `${machine}, ${folder}`
      return `  ${name} (${where}, ${credentials}) ${JSON.stringify(options)} writes ${JSON.stringify(writer)}`
    }),
    ...plan.streams.map((stream) => `  stream ${JSON.stringify(stream)}`),
    ...plan.nemeses.map(({ name, fromMs, untilMs, force, target }) => {
      return `  ${time(fromMs)} to ${time(untilMs)}: ${name}${target === undefined ? '' : ` (${target})`}, force ${force}`
    })
  ]
  const lines = story.map(lineOf)
  const left = lines.length - MOST_LINES
  const shown =
    left <= 0
      ? lines
      : [...lines.slice(0, FIRST_LINES), `  … ${left} more …`, ...lines.slice(left + FIRST_LINES)]
  const ends = violations.map(({ kind, at, text }) => `${time(at)} ${kind.toUpperCase()}: ${text}`)
  return [...heads, '', ...shown, '', ...(ends.length === 0 ? ['clean'] : ends)].join('\n')
}

function lineOf({ at, who, what }: Happening): string {
  return `  ${time(at).padStart(11)}  ${who.padEnd(9)} ${what.replace(/\s+/g, ' ').slice(0, 220)}`
}

function time(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`
}
