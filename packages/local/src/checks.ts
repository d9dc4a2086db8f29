import { inspect } from 'node:util'

/**
 * Small checks from which option checks are put together. A check returns the value in its final form or
 * throws an error that names the option, what was given and what is allowed. This is a parser, the place
 * where unknown values become typed ones.
 */

/** An option of the local server that cannot be used. */
export class LocalDisOptionError extends Error {
  override readonly name: string = 'LocalDisOptionError'
  readonly code: string = 'LOCAL_DIS_OPTION'
  /** Path of the option, such as `streams[0].partitions`. */
  readonly option: string
  /** What was given, as text; never a secret. */
  readonly given: string
  /** What would have been right, in words. */
  readonly allowed: string

  constructor(option: string, given: string, allowed: string) {
    super(`${option} is ${given}; allowed: ${allowed}`)
    this.option = option
    this.given = given
    this.allowed = allowed
  }
}

/** Turns an unknown value into a T; `path` names the value in the error. */
export type Check<T> = (value: unknown, path: string) => T

/** Gives up on a value. */
export function reject(path: string, value: unknown, allowed: string): never {
  throw new LocalDisOptionError(
    path,
    inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }),
    allowed
  )
}

/** Text of at least `minLength` characters. */
export function text(minLength: number = 1): Check<string> {
  return (value, path) =>
    typeof value === 'string' && value.length >= minLength ? value : reject(path, value, 'a non-empty string')
}

/** Text that must not show up in an error message. */
export const secret: Check<string> = (value, path) => {
  if (typeof value === 'string' && value.length > 0) return value
  throw new LocalDisOptionError(
    path,
    value === '' ? 'empty' : `of type ${typeof value}`,
    'a non-empty string'
  )
}

/** Text of a form; `allowed` says the form in words. */
export function pattern(form: RegExp, allowed: string): Check<string> {
  return (value, path) =>
    typeof value === 'string' && form.test(value) ? value : reject(path, value, allowed)
}

/** A whole number within bounds, both included. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Check<number> {
  const allowed =
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min} on` : `a whole number ${min} … ${max}`
  return (value, path) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : reject(path, value, allowed)
}

/** A number in 0 … 1. */
export const share: Check<number> = (value, path) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : reject(path, value, 'a number 0 … 1')

/** A number above zero, fractions included. */
export const positive: Check<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0
    ? value
    : reject(path, value, 'a number above 0')

/** True or false. */
export const truth: Check<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : reject(path, value, 'true or false')

/** One of some words or numbers. */
export function oneOf<const T extends string | number>(words: readonly T[]): Check<T> {
  return (value, path) => {
    for (const word of words) if (word === value) return word
    return reject(path, value, words.map((word) => inspect(word)).join(', '))
  }
}

/** A function; what it takes and returns is on the caller's word. */
export function callable<F>(allowed: string): Check<F> {
  return (value, path) => (typeof value === 'function' ? (value as F) : reject(path, value, allowed))
}

/** A list, each entry checked. */
export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((entry, index) => check(entry, `${path}[${index}]`))
      : reject(path, value, 'an array')
}

/** The check, or undefined where the value is left out. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path) => (value === undefined ? undefined : check(value, path))
}

/** The check, or a default where the value is left out. */
export function withDefault<T>(check: Check<T>, fallback: T): Check<T> {
  return (value, path) => (value === undefined ? fallback : check(value, path))
}

/** Fields of an object and their checks. */
export type Fields = Readonly<Record<string, Check<unknown>>>

/** What an object check gives. */
export type Shaped<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> }

/** A plain object with exactly these fields; unknown ones are refused, so that a typo does not go unseen. */
export function shape<F extends Fields>(fields: F): Check<Shaped<F>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return reject(path, value, 'an object')
    const names = Object.keys(fields)
    const unknown = Object.keys(value).find((name) => !names.includes(name))
    if (unknown !== undefined) {
      throw new LocalDisOptionError(join(path, unknown), 'unknown', `the options ${names.join(', ')}`)
    }
    const given = new Map<string, unknown>(Object.entries(value))
    return Object.fromEntries(
      Object.entries(fields).map(([name, check]) => [name, check(given.get(name), join(path, name))])
    ) as Shaped<F>
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
