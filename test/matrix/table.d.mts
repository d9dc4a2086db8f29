/** The types of table.mjs, for its test. */
export function withRow(
  text: string,
  names: readonly string[],
  row: {
    readonly name: string
    readonly version: string
    readonly tried: number
    readonly failed: number
    readonly day: string
  }
): string
