/** A line of the soak, before it is written. */
export interface SoakLine {
  readonly writer: string
  readonly stream: string
  readonly n: number
  readonly key: string
  readonly length: number
}

/** A line as it arrived. `isWhole`: its text is what was written. */
export interface ReadLine {
  readonly writer: string
  readonly stream: string
  readonly n: number
  readonly key: string
  readonly isWhole: boolean
}

export function textOf(n: number, length: number): string
export function fieldsOf(line: SoakLine): Readonly<Record<string, string | number>>
export function readLine(text: string): ReadLine | undefined
export function droppedLinesIn(text: string): number | undefined
