/**
 * Large tables: each push plays a share of their rows, `pnpm test:thorough` all. What is in a share changes from day to day, and what it
 * leaves out is the product of row and column: with every row and every column something is tried.
 */
const DAY_MS = 86_400_000

export const isThorough: boolean = process.env['THOROUGH'] === '1'

/** Every second row; those between them on the next day, or with an odd `shift`. */
export function shareOf<Row>(rows: readonly Row[], shift = 0): Row[] {
  const first = (Math.floor(Date.now() / DAY_MS) + shift) % 2
  return rows.filter((_, index) => isThorough || index % 2 === first)
}
