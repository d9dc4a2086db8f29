/** The types of mutate.mjs, for its test. */
interface Failure {
  readonly seed: number
  readonly kind: string
}

interface Task {
  readonly from: number
  readonly count: number
}

interface Runs {
  run(task: Task): Promise<{ readonly failed: readonly Failure[] }>
}

interface Range {
  readonly from: number
  readonly most: number
}

interface Outcome extends Partial<Failure> {
  readonly unclean: readonly number[]
}

export function unchanged(thread: Runs): (seed: number) => Promise<boolean>
export function find(
  thread: Runs,
  isClean: (seed: number) => Promise<boolean>,
  range: Range
): Promise<Outcome>
export function textOf(outcome: Outcome, range: Range): string
