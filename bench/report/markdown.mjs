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
 * What is rounded to nothing has no sign.
 * @param {number} value
 * @param {number} [digits]
 */
export const fixed = (value, digits = 1) =>
  Number.isFinite(value) ? value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, '') : '–'

/** @param {number} part 0.123 → '12 %' */
export const percent = (part) => (Number.isFinite(part) ? `${Math.round(part * 100)} %` : '–')

/**
 * '1.50 [1.42–1.61]'; without the interval where there is none.
 * @param {import('../measure/interval.d.mts').Interval} interval
 * @param {number} digits
 */
export function withEnds({ median, low, high }, digits) {
  const [from, to] = [fixed(low, digits), fixed(high, digits)]
  return `${fixed(median, digits)}${Number.isFinite(low) ? ` [${from}${low < 0 ? ' to ' : '–'}${to}]` : ''}`
}
