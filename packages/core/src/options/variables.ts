/** Values from the environment and from credentials, with the check that an option gets. */
import * as v from 'valibot'
import { type ConfigFault, DisConfigError } from '../errors.ts'
import { optionsSchema, show } from './options-schema.ts'
import { type Found, findValue, type VariableOption } from './origins.ts'

/** What is wrong with a value, with its origin; `undefined` if it is allowed. */
export function faultOf(option: VariableOption, { value, from }: Found): ConfigFault | undefined {
  const result = v.safeParse(optionsSchema.entries[option], value)
  if (result.success) return undefined
  const [{ message }] = result.issues
  return {
    option,
    given: from === 'options' ? show(option, value) : `${show(option, value)} from ${from}`,
    cure: message
  }
}

/**
 * The value of an option, or of its variables.
 * @throws DisConfigError that names the variable if the value is not allowed
 */
export function findChecked(
  option: VariableOption,
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>
): string | undefined {
  const found = findValue(option, given, env)
  const fault = found && faultOf(option, found)
  if (fault !== undefined) throw new DisConfigError([fault])
  return found?.value
}

/** Runs a step that checks a value. Its problems then say where the value comes from. */
export function withOrigin<T>(from: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof DisConfigError) || from === 'options') throw error
    throw new DisConfigError(
      error.problems.map((problem) => ({ ...problem, given: `${problem.given} from ${from}` }))
    )
  }
}
