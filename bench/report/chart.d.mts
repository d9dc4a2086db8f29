export interface Bar {
  readonly name: string
  readonly value: number
  readonly label: string
  readonly ours: boolean
  /** Where a thin line on top of the bar ends. */
  readonly to?: number
}

export function barChart(title: string, rows: readonly (Bar | { readonly heading: string })[]): string
