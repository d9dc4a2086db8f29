/** What the command line of `pnpm simulate` gives, checked. An error says what is wrong, what was given, what is allowed, and the cure. */
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { MUTATIONS } from './mutations.mjs'

export const HELP = `Usage: pnpm simulate [options]

  --seeds N            how many seeds to run (default 500)
  --from S             the first seed (default: from the time; it is printed)
  --minutes M          run seeds for M minutes instead
  --replay S           run one seed, or the plan in a file, and tell its story
  --again              with --replay of a file: write the history that it has now into the file, to compare later versions with
  --shrink S           cut a failing seed to a small plan, tell its story and keep the plan in test/simulation/found
  --shrink-seconds T   stop cutting after T seconds (default 60)
  --only NAMES         only these nemeses, with commas between them
  --without NAMES      all nemeses but these
  --mutations [NAME]   after how many seeds (at most N, default 2000) is each fault of mutations.mjs found, or that one?
  --coverage           how often each nemesis was drawn, and did something
  --workers N          threads (default: all cores)
  --help

A failing seed is shrunk and told. The exit status is 0 if all is clean, 1 if a seed failed or a fault was not found, 2 if the
command line is wrong, and 3 if a thread broke or hung, which is no verdict.
`

export class BadInput extends Error {}

const NUMBERS = {
  seeds: [1, 1_000_000_000],
  from: [0, 1e15],
  minutes: [1, 100_000],
  shrink: [0, 1e15],
  'shrink-seconds': [1, 100_000],
  workers: [1, 1_000]
}

function bad(option, got, allowed, cure) {
  throw new BadInput(`--${option} got '${got}'; allowed is ${allowed}. ${cure}`)
}

/** @param {readonly string[]} args */
export function readGiven(args) {
  const values = parse(args)
  if (values.help === true) return { kind: 'help' }
  const number = (name, fallback) => numberOf(name, values[name], fallback)
  const isCounted = values.seeds !== undefined
  const { mutations } = values
  const wanted = values.replay === undefined ? undefined : replayOf(values.replay)
  if (values.again === true) checkAgain(values, wanted)
  if (values.only !== undefined && values.without !== undefined)
    bad('without', values.without, 'not used together with --only', 'Leave one of the two out.')
  if (mutations !== undefined && mutations !== '' && !MUTATIONS.some(({ name }) => name === mutations)) {
    const names = MUTATIONS.map(({ name }) => `'${name}'`).join(', ')
    bad('mutations', mutations, `nothing, or one of: ${names}`, 'See test/simulation/mutations.mjs.')
  }
  return {
    kind: 'run',
    count: number('seeds', values.minutes === undefined ? 500 : Number.MAX_SAFE_INTEGER / 2),
    isCounted,
    first: number('from', Math.floor(Date.now() / 1_000) * 1_000),
    untilMs: number('minutes', Number.MAX_SAFE_INTEGER / 60_000) * 60_000,
    workers: number('workers', availableParallelism()),
    shrink: number('shrink', undefined),
    shrinkSeconds: number('shrink-seconds', 60),
    wanted,
    choice: {
      ...(values.only === undefined ? {} : { only: values.only.split(',') }),
      ...(values.without === undefined ? {} : { without: values.without.split(',') })
    },
    mutations: mutations !== undefined,
    mutation: mutations === '' ? undefined : mutations,
    coverage: values.coverage === true,
    again: values.again === true
  }
}

function parse(args) {
  // `--mutations` may stand alone, which parseArgs does not know.
  const whole = args.map((arg, index) => {
    const isAlone = arg === '--mutations' && (args[index + 1] ?? '--').startsWith('--')
    return isAlone ? '--mutations=' : arg
  })
  const texts = [
    'seeds',
    'from',
    'minutes',
    'replay',
    'shrink',
    'shrink-seconds',
    'only',
    'without',
    'mutations',
    'workers'
  ]
  const options = {
    ...Object.fromEntries(texts.map((name) => [name, { type: 'string' }])),
    coverage: { type: 'boolean' },
    again: { type: 'boolean' },
    help: { type: 'boolean' }
  }
  try {
    return parseArgs({ args: whole, options, allowPositionals: false }).values
  } catch (error) {
    const allowed = Object.keys(options)
      .map((name) => `--${name}`)
      .join(', ')
    throw new BadInput(`${error.message}\nAllowed are: ${allowed}. See pnpm simulate --help.`)
  }
}

/** A whole number that an option holds. */
function numberOf(name, text, fallback) {
  if (text === undefined) return fallback
  const [least, most] = NUMBERS[name]
  if (!/^\d{1,15}$/.test(text) || Number(text) < least || Number(text) > most)
    bad(
      name,
      text,
      `a whole number from ${least} to ${most}`,
      `For example: --${name} ${Math.max(least, 500)}.`
    )
  return Number(text)
}

function replayOf(text) {
  if (/^\d{1,15}$/.test(text)) return { task: { do: 'plan', seed: text } }
  const allowed = 'a seed, which is a whole number, or a file with a plan'
  if (!existsSync(text))
    bad('replay', text, allowed, 'There is no such file: see test/simulation/found and kept.')
  let kept
  try {
    kept = JSON.parse(readFileSync(text, 'utf8'))
  } catch (error) {
    bad('replay', text, allowed, `It is no JSON (${error.message}): run --shrink with its seed again.`)
  }
  if (!Array.isArray(kept?.plan?.slots) || !Array.isArray(kept.plan.nemeses))
    bad('replay', text, allowed, 'This file holds no plan: run --shrink with its seed again.')
  return { task: { do: 'replay', plan: kept.plan, chain: kept.chain }, kept, file: text }
}

/** Only a whole run of a file can be written into it. */
function checkAgain({ only, without, replay }, wanted) {
  if (wanted?.kept === undefined || only !== undefined || without !== undefined)
    throw new BadInput(
      `--again got ${replay === undefined ? 'no --replay' : `--replay ${replay}`}${(only ?? without) === undefined ? '' : ' and a choice of nemeses'}; ` +
        'allowed is --replay with a file and all of its nemeses. For example: --replay test/simulation/kept/clock-jumps-back.json --again.'
    )
}

/** A plan of another version may name what this one does not have. @param {readonly string[]} names of all nemeses */
export function checkPlan({ kept, file }, names) {
  const strange = kept.plan.nemeses.find(({ name }) => !names.includes(name))
  if (strange !== undefined)
    bad(
      'replay',
      file,
      `a plan with nemeses of this version: ${names.join(', ')}`,
      `It has '${strange.name}' and was kept with version ${kept.version ?? 'unknown'}: replay it at its commit, or run --shrink with its seed again.`
    )
}

/** @param {{ only?: string[], without?: string[] }} choice  @param {readonly string[]} names of all nemeses */
export function checkChoice(choice, names) {
  for (const [option, chosen] of Object.entries(choice)) {
    for (const name of chosen) {
      if (!names.includes(name))
        bad(
          option,
          name,
          `one or more of these nemeses, with commas: ${names.join(', ')}`,
          'Check its spelling; quote names with spaces.'
        )
    }
  }
}
