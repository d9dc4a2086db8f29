export function apart(wanted: readonly number[], distance: number): number[]
