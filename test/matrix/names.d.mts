/** The types of names.mjs, for its test. */
export const NAMES: readonly string[]
