export const PLACES: readonly { readonly file: string; readonly text: string }[]
export const COST_TABLES: readonly string[]
