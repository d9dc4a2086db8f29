import { element } from './elements.ts'
import { isExactNumber } from './exact-json.ts'

/** Nodes of one value; a line that nests deeper or has more is shown as it came. */
const MAX_NODES = 5_000
const MAX_DEPTH = 40

/** A value of JSON, indented and coloured. Undefined if it is too much. */
export function jsonView(value: unknown): HTMLElement | undefined {
  const root = element('pre', { class: 'json' })
  const budget = { nodes: MAX_NODES }
  return write(value, 0, root, budget) ? root : undefined
}

function write(value: unknown, depth: number, into: HTMLElement, budget: { nodes: number }): boolean {
  budget.nodes -= 1
  if (budget.nodes < 0 || depth > MAX_DEPTH) return false
  if (typeof value !== 'object' || value === null || isExactNumber(value)) {
    const kind = value === null ? 'null' : isExactNumber(value) ? 'number' : typeof value
    into.append(element('span', { class: `json-${kind}` }, JSON.stringify(value)))
    return true
  }
  const isList = Array.isArray(value)
  const entries = Object.entries(value)
  const [start, end] = isList ? '[]' : '{}'
  if (entries.length === 0) {
    into.append(`${start}${end}`)
    return true
  }
  const indent = '  '.repeat(depth + 1)
  into.append(`${start}\n`)
  for (const [at, [name, child]] of entries.entries()) {
    into.append(indent)
    if (!isList) into.append(element('span', { class: 'json-name' }, JSON.stringify(name)), ': ')
    if (!write(child, depth + 1, into, budget)) return false
    into.append(at === entries.length - 1 ? '\n' : ',\n')
  }
  into.append(`${'  '.repeat(depth)}${end}`)
  return true
}
