/** What `pnpm bench:compare` was asked for, or the reason why that cannot be done. */
import { CASES } from '../cases/cases.mjs'
import { readFlags } from '../measure/flags.mjs'
import { fewestPairs } from './change.mjs'

const MOST_ROUNDS = 1_000
const OURS = CASES.filter(({ ours }) => ours).map(({ name }) => name)

export function readGiven() {
  const flags = readFlags('pnpm bench:compare -- this checkout against another build, in pairs', {
    base: { default: 'HEAD', about: 'a commit of this repository, or the folder of another checkout, built' },
    rounds: { default: 40, about: 'pairs of each case, 6 or more' },
    case: {
      default: /** @type {string[]} */ ([]),
      about: `one of ${quoted(OURS)}; again for each (default: all)`
    },
    threshold: { default: 3, about: 'percent; a change of no more does not matter' },
    confidence: { default: 95, about: 'percent; of each interval by itself' },
    lines: {
      default: 50_000,
      about: 'lines in a run. More pairs make an interval narrower, longer runs hardly do'
    },
    bytes: { default: 250, about: 'size of a line' },
    seed: { default: Date.now() % 1_000_000, about: 'of the order of the two builds in each pair' },
    timeout: { default: 60, about: 'seconds after which a run is given up' },
    out: { default: '', about: 'folder for the results' }
  })
  const unknown = flags.case.find((name) => !OURS.includes(name))
  if (unknown !== undefined) fail(`--case takes ${quoted(OURS)}, not '${unknown}'${whyNot(unknown)}`)
  within('threshold', flags.threshold, 0.1, 50, ' percent. 3 stands for 3 %')
  within('confidence', flags.confidence, 50, 99.99, ' percent. 95 stands for 95 %')
  const fewest = Math.max(6, fewestPairs(flags.confidence / 100))
  const reason = `. Fewer than ${fewest} pairs have no interval of ${flags.confidence} %; 40 is a good number`
  whole('rounds', flags.rounds, fewest, MOST_ROUNDS, reason)
  whole('lines', flags.lines, 100, 100_000_000, '. 50000 take about half a second')
  whole('bytes', flags.bytes, 150, 1_000_000, '. A line has a head of its own')
  whole('seed', flags.seed, 0, 2 ** 32 - 1, '. The one of an earlier comparison gives its order again')
  within('timeout', flags.timeout, 1, 3_600, ' seconds')
  return { ...flags, cases: OURS.filter((name) => flags.case.length === 0 || flags.case.includes(name)) }
}

/**
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  console.error(message)
  process.exit(2)
}

/** @param {readonly string[]} names */
function quoted(names) {
  return names.map((name) => `'${name}'`).join(', ')
}

/** @param {string} name */
function whyNot(name) {
  if (CASES.some((known) => known.name === name)) return '. A peer is the same beside both builds'
  return '. The name is given whole; --case stands once before each'
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} least
 * @param {number} most
 * @param {string} rest
 */
function within(name, value, least, most, rest) {
  if (value < least || value > most) fail(`--${name} takes ${least} to ${most}, not ${value}${rest}`)
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} least
 * @param {number} most
 * @param {string} rest
 */
function whole(name, value, least, most, rest) {
  if (!Number.isInteger(value)) fail(`--${name} takes a whole number, not ${value}${rest}`)
  within(name, value, least, most, rest)
}
