/** A bar chart as SVG text. Readable on light and dark pages: the text has a colour that is seen on both. */
import { escapeXml, OTHERS, OURS, svg, textWidth } from './svg.mjs'

const WIDTH = 820
const NAME_WIDTH = 230
const BAR_HEIGHT = 18
const ROW_HEIGHT = 25
const TOP = 46

/** @typedef {{ name: string, value: number, label: string, ours: boolean, to?: number }} Bar `to`: where a thin line on top of the bar ends */

/**
 * @param {string} title
 * @param {readonly (Bar | { heading: string })[]} rows bars from top to bottom, with headings where something else begins
 * @returns {string}
 */
export function barChart(title, rows) {
  const bars = rows.filter((row) => 'value' in row)
  const longest = Math.max(...bars.map(({ value, to = 0 }) => Math.max(value, to)))
  const room = WIDTH - NAME_WIDTH - 14 - Math.max(...bars.map(({ label }) => textWidth(label)))
  const drawn = rows.map((row, index) => {
    const y = TOP + index * ROW_HEIGHT
    const base = y + BAR_HEIGHT - 4
    if ('heading' in row)
      return `<text x="8" y="${base}" font-style="italic">${escapeXml(row.heading)}</text>`
    const { name, value, label, ours, to } = row
    const lengthOf = (/** @type {number} */ amount) => Math.max(1, Math.round((amount / longest) * room))
    const [width, reach] = [lengthOf(value), lengthOf(Math.max(value, to ?? 0))]
    const colour = ours ? OURS : OTHERS
    return [
      `<text x="${NAME_WIDTH - 8}" y="${base}" text-anchor="end"${ours ? ' font-weight="bold"' : ''}>${escapeXml(name)}</text>`,
      `<rect x="${NAME_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${colour}"/>`,
      ...(reach > width
        ? [
            `<path d="M${NAME_WIDTH + width} ${y + BAR_HEIGHT / 2}H${NAME_WIDTH + reach}m0 -5v10" stroke="${colour}" stroke-width="2"/>`
          ]
        : []),
      `<text x="${NAME_WIDTH + reach + 6}" y="${base}">${escapeXml(label)}</text>`
    ].join('\n')
  })
  return svg(title, { width: WIDTH, height: TOP + rows.length * ROW_HEIGHT + 10 }, drawn)
}
