export function chance(seed: number): () => number
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[]
