/** Pieces of a line → as much of it as a terminal has columns for. Pure. */

/** A style of `node:util`, or several. */
export type Style = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim' | 'bold' | 'inverse'

/** A piece of a line. All of its characters are one column wide. */
export interface Segment {
  readonly text: string
  /** For a narrow terminal. */
  readonly short: string
  /** What has the lowest goes first where there is no room. */
  readonly weight: number
  readonly style?: Style | undefined
}

const GAP = 2

/** A piece as it is shown: its text, and how. */
export interface Shown {
  readonly text: string
  readonly style: Style | undefined
}

/**
 * The pieces that fit, in their order. Where there is no room, the lightest are shortened first; where that is not enough, the lightest are
 * left out. The heaviest one stays, cut if it must be.
 */
export function fit(segments: readonly Segment[], columns: number): Shown[] {
  const shown = new Map(segments.map((segment) => [segment, { text: segment.text, style: segment.style }]))
  // Of equal ones the last goes first.
  const lightest = [...segments].reverse().sort((one, other) => one.weight - other.weight)
  const steps = [
    ...lightest.map((segment) => () => shown.set(segment, { text: segment.short, style: segment.style })),
    ...lightest.slice(0, -1).map((segment) => () => shown.delete(segment))
  ]
  for (const step of steps) {
    if (widthOf([...shown.values()]) <= columns) break
    step()
  }
  return [...shown.values()].map((piece) => ({ ...piece, text: piece.text.slice(0, columns) }))
}

/** Columns of pieces with gaps between them. */
function widthOf(pieces: readonly Shown[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0) + GAP * Math.max(0, pieces.length - 1)
}

/** The line, with its styles by `paint`. */
export function join(pieces: readonly Shown[], paint: (style: Style, text: string) => string): string {
  return pieces
    .map(({ style, text }) => (style === undefined ? text : paint(style, text)))
    .join(' '.repeat(GAP))
}
