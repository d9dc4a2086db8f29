/** The environment variables for options, as data: their precedence, and the origin of a value. */

/** Options with environment variables. The first variable beats the second. */
export const VARIABLES = {
  region: ['DIS_REGION', 'HUAWEICLOUD_SDK_REGION'],
  endpoint: ['DIS_ENDPOINT'],
  projectId: ['DIS_PROJECT_ID', 'HUAWEICLOUD_SDK_PROJECT_ID'],
  streamName: ['DIS_STREAM_NAME'],
  streamId: ['DIS_STREAM_ID']
} satisfies Readonly<Record<string, readonly string[]>>

/** An option with environment variables. */
export type VariableOption = keyof typeof VARIABLES

/** A value and its origin: `'options'`, or the name of a variable. */
export interface Found {
  readonly value: string
  readonly from: string
}

/** The value of an option. The option beats the variables, and an empty variable counts as not set. */
export function findValue(
  option: VariableOption,
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>
): Found | undefined {
  if (given !== undefined) return { value: given, from: 'options' }
  const names: readonly string[] = VARIABLES[option]
  for (const name of names) {
    const value = env[name]
    if (value) return { value, from: name }
  }
  return undefined
}
