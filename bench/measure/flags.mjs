/** Flags of the benches: numbers, lists of numbers, names; with help that says the defaults. */
import { parseArgs } from 'node:util'

/**
 * @typedef {{ default: number | string | boolean | readonly number[] | readonly string[], about: string }} Flag
 *   the type of the default is the type of the flag; '' stands for "not given", and [] for names: the flag is given once for each
 */

/**
 * @template {Record<string, Flag>} Flags
 * @param {string} about
 * @param {Flags} flags
 * @returns {{ [Name in keyof Flags]: Flags[Name]['default'] extends number ? number
 *   : Flags[Name]['default'] extends boolean ? boolean
 *   : Flags[Name]['default'] extends string ? string
 *   : Flags[Name]['default'] extends readonly string[] ? string[] : number[] }}
 */
export function readFlags(about, flags) {
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const options = { help: { type: 'boolean' } }
  for (const [name, flag] of Object.entries(flags)) {
    options[name] = {
      type: typeof flag.default === 'boolean' ? 'boolean' : 'string',
      multiple: isNames(flag)
    }
  }
  const values = parse(options)
  if (values['help']) {
    console.log(helpText(about, flags))
    process.exit(0)
  }
  const entries = Object.entries(flags).map(([name, flag]) => [name, read(name, values[name], flag)])
  return Object.fromEntries(entries)
}

/** @param {NonNullable<import('node:util').ParseArgsConfig['options']>} options */
function parse(options) {
  try {
    return parseArgs({ options, args: process.argv.slice(2).filter((arg) => arg !== '--') }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n--help lists the flags`)
    return process.exit(2)
  }
}

/** @param {Flag} flag */
function isNames(flag) {
  return Array.isArray(flag.default) && flag.default.length === 0
}

/**
 * @param {string} name
 * @param {unknown} given
 * @param {Flag} flag
 */
function read(name, given, flag) {
  if (given === undefined) return flag.default
  if (isNames(flag)) return given
  if (typeof flag.default === 'number') return number(name, given)
  return Array.isArray(flag.default)
    ? String(given)
        .split(',')
        .map((part) => number(name, part))
    : given
}

/**
 * @param {string} name
 * @param {unknown} text
 */
function number(name, text) {
  const value = Number(text)
  if (String(text).trim() !== '' && Number.isFinite(value) && value >= 0) return value
  console.error(`--${name} takes numbers, not ${text}`)
  return process.exit(2)
}

/**
 * @param {string} about
 * @param {Record<string, Flag>} flags
 */
function helpText(about, flags) {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const preset = String(flag.default) === '' || flag.default === false ? '' : ` (default ${flag.default})`
    return `  --${name.padEnd(14)} ${flag.about}${preset}`
  })
  return `${about}\n\n${rows.join('\n')}`
}
