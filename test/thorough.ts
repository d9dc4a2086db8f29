/**
 * Large tables: a push plays every second row, the next day those between them, and `pnpm test:thorough` all. Where a table has columns,
 * `shift` gives each of them another half, so that each row is played in some column every day.
 */
export const isThorough: boolean = process.env['THOROUGH'] === '1'

const DAY_MS = 86_400_000

/** The rows whose turn it is today (UTC). An odd `shift`: the other ones. */
export function shareOf<Row>(rows: readonly Row[], shift = 0): Row[] {
  const first = (Math.floor(Date.now() / DAY_MS) + shift) % 2
  return rows.filter((_, index) => isThorough || index % 2 === first)
}
