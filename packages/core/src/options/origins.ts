/** The variables that stand in for options, as data: what beats what, and where a value came from. */

/** Options that the environment can give, and its variables in the order in which they are looked at. */
export const VARIABLES = {
  region: ['DIS_REGION', 'HUAWEICLOUD_SDK_REGION'],
  endpoint: ['DIS_ENDPOINT'],
  projectId: ['DIS_PROJECT_ID', 'HUAWEICLOUD_SDK_PROJECT_ID'],
  streamName: ['DIS_STREAM_NAME'],
  streamId: ['DIS_STREAM_ID']
} satisfies Readonly<Record<string, readonly string[]>>

/** An option that the environment can give. */
export type VariableOption = keyof typeof VARIABLES

/** A value and who gave it: `'options'`, or the name of a variable. */
export interface Found {
  readonly value: string
  readonly from: string
}

/** The option beats the environment; an empty variable is one that is not set. */
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
