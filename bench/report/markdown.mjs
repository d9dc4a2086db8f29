/** A table in Markdown: the first column is text, the others are numbers. */

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** @param {number} value 1234567 → '1,235k' */
export const thousands = (value) => `${Math.round(value / 1_000).toLocaleString('en-US')}k`

/**
 * @param {number} value
 * @param {number} [digits]
 */
export const fixed = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '–')

/** @param {number} part 0.123 → '12 %' */
export const percent = (part) => (Number.isFinite(part) ? `${Math.round(part * 100)} %` : '–')
