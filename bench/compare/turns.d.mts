export type Turn = readonly ['base', 'branch'] | readonly ['branch', 'base']

export function turns(pairs: number, random: () => number): Turn[]
