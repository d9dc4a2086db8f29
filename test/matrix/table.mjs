// The table of the last run in docs/runtimes.md: a row for each name. A run of some names leaves the rows of the others.
const BEGIN = '<!-- written by `pnpm matrix --write` -->'
const END = '<!-- end -->'
const HEAD = ['what', 'tried with', 'result', 'last run']

/** The text with this row, in the order of the names. A row of another name goes. */
export function withRow(text, names, { name, version, tried, failed, day }) {
  const from = text.indexOf(BEGIN) + BEGIN.length
  const to = text.indexOf(END)
  if (from < BEGIN.length || to < from) throw new Error(`there is no table between ${BEGIN} and ${END}`)
  const lines = text.slice(from, to).split('\n')
  const rows = new Map(
    lines
      .filter((line) => line.startsWith('| `'))
      .map(cellsOf)
      .map((row) => [row[0], row])
  )
  const result = failed === 0 ? `all ${tried} work` : `${failed} of ${tried} fail`
  rows.set(code(name), [code(name), version, result, day])
  const table = [HEAD, ...names.flatMap((known) => (rows.has(code(known)) ? [rows.get(code(known))] : []))]
  return `${text.slice(0, from)}\n\n${tableOf(table)}\n\n${text.slice(to)}`
}

function code(name) {
  return `\`${name}\``
}

function cellsOf(line) {
  const cells = line.slice(1, -1).split('|')
  return cells.map((cell) => cell.trim())
}

function tableOf([head, ...rows]) {
  const widths = HEAD.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at].length)))
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
