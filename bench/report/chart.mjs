/** A bar chart as SVG text. Readable on light and dark pages: the text has a colour that is seen on both. */

const WIDTH = 820
const NAME_WIDTH = 230
const BAR_HEIGHT = 18
const ROW_HEIGHT = 25
const TOP = 46
const FONT = 'font-family="system-ui, sans-serif"'

/**
 * @param {string} title
 * @param {readonly { name: string, value: number, label: string, ours: boolean }[]} bars
 * @returns {string}
 */
export function barChart(title, bars) {
  const longest = Math.max(...bars.map(({ value }) => value))
  const room = WIDTH - NAME_WIDTH - 90
  const rows = bars.map(({ name, value, label, ours }, index) => {
    const y = TOP + index * ROW_HEIGHT
    const width = Math.max(1, Math.round((value / longest) * room))
    const text = y + BAR_HEIGHT - 4
    return [
      `<text x="${NAME_WIDTH - 8}" y="${text}" text-anchor="end"${ours ? ' font-weight="bold"' : ''}>${escapeXml(name)}</text>`,
      `<rect x="${NAME_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${ours ? '#c7000b' : '#8c96a3'}"/>`,
      `<text x="${NAME_WIDTH + width + 6}" y="${text}">${escapeXml(label)}</text>`
    ].join('\n')
  })
  const height = TOP + bars.length * ROW_HEIGHT + 10
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<g ${FONT} font-size="13" fill="#767b82">`,
    `<text x="8" y="24" font-size="15" font-weight="bold">${escapeXml(title)}</text>`,
    ...rows,
    '</g>',
    '</svg>',
    ''
  ].join('\n')
}

/** @param {string} text */
function escapeXml(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
