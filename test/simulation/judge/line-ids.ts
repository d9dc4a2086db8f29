/** Ids of lines (`lineId`): each line of such a process has one of its own, the same wherever and whenever it arrives; no other has any. */
import type { Line } from './history.ts'

export class LineIds {
  readonly #owners = new Map<string, Line>()
  readonly #ids = new Map<Line, string>()

  /** What is wrong with the id of a line that arrives; undefined: nothing. */
  judge(line: Line, id: string | undefined): string | undefined {
    if (line.life.slot.options.lineId !== true)
      return id === undefined ? undefined : `line ${line.n} has the id ${id}, though none was wanted`
    if (id === undefined) return `line ${line.n} has no id`
    const before = this.#ids.get(line) ?? id
    if (before !== id) return `line ${line.n} had the id ${before}, and has ${id}`
    const owner = this.#owners.get(id) ?? line
    if (owner !== line) return `line ${line.n} has the id ${id} of line ${owner.n}`
    this.#ids.set(line, id)
    this.#owners.set(id, line)
    return undefined
  }
}
