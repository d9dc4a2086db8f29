/** Puts figures into a text, and thereby finds those that are no longer the measured ones. */

const NUMBER = '-?\\d+(?:[.,]\\d+)*'

/**
 * @param {string} text of a document
 * @param {string} template a part of it, with `{name}` for each figure; stands there once
 * @param {Readonly<Record<string, string>>} figures by name
 * @returns {string} the text with these figures
 * @throws Error if the template stands nowhere, or more than once
 */
export function withFigures(text, template, figures) {
  // Every second part is a name. A number that begins the template is no end of a longer one.
  const parts = template.split(/[{}]/)
  const groups = parts.map((part, index) =>
    index % 2 === 1 ? `((?<![\\d.,])${NUMBER})` : `(${patternOf(part)})`
  )
  const pattern = new RegExp(groups.join(''), 'g')
  const count = [...text.matchAll(pattern)].length
  if (count !== 1) throw new Error(`${count} times, not once: ${template}`)
  return text.replace(pattern, (_, ...found) =>
    parts.map((name, index) => (index % 2 === 1 ? figureOf(name) : found[index])).join('')
  )

  /** @param {string} name */
  function figureOf(name) {
    const figure = figures[name]
    if (figure === undefined) throw new Error(`no figure is called ${name}: ${template}`)
    return figure
  }
}

/** @param {string} plain */
const patternOf = (plain) => plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')

/**
 * The first table of a document with other cells: those after the first of each row. Rows without any, which are headings, stay.
 * @param {string} text
 * @param {readonly (readonly string[])[]} cells row by row
 * @returns {string} as wide as before
 * @throws Error if it has another number of rows
 */
export function withCells(text, cells) {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith('|')) + 2
  const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'))
  const rows = lines.flatMap((line, at) =>
    at >= first && at < end && line.split('|')[2].trim() !== '' ? [at] : []
  )
  if (rows.length !== cells.length) throw new Error(`the table has ${rows.length} rows, not ${cells.length}`)
  rows.forEach((at, row) => {
    const [before, name, ...others] = lines[at].split('|')
    const put = others.map((cell, column) => {
      const value = cells[row][column]
      return value === undefined ? cell : `${value.padStart(cell.length - 1)} `
    })
    lines[at] = [before, name, ...put].join('|')
  })
  return lines.join('\n')
}
