/** What all charts share. Text and colours are seen on light and on dark pages. */

export const OURS = '#c7000b'
export const OTHERS = '#8c96a3'
const TEXT = '#767b82'
/** About: nobody knows which font draws it. */
const CHARACTER_WIDTH = 7.4
const BOLD_WIDTH = 8.6

/**
 * @param {string} text of 13 px
 * @param {boolean} [bold]
 */
export const textWidth = (text, bold = false) =>
  Math.ceil(text.length * (bold ? BOLD_WIDTH : CHARACTER_WIDTH))

/**
 * @param {string} title
 * @param {{ width: number, height: number }} size
 * @param {readonly string[]} drawn
 */
export function svg(title, { width, height }, drawn) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<g font-family="system-ui, sans-serif" font-size="13" fill="${TEXT}">`,
    `<text x="8" y="24" font-size="15" font-weight="bold">${escapeXml(title)}</text>`,
    ...drawn,
    '</g>',
    '</svg>',
    ''
  ].join('\n')
}

/** @param {string} text */
export function escapeXml(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
