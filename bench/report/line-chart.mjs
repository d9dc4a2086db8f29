/** Lines over an axis, in panels beside and below each other, as SVG text. */
import { escapeXml, svg, textWidth } from './svg.mjs'

/**
 * @typedef {{ name: string, colour: string, bold?: boolean, dashed?: boolean, points: readonly (readonly [number, number])[] }} Series
 * @typedef {{ title: string, ticks: readonly number[], label: (value: number) => string, log?: boolean }} Axis from its first tick to its last
 * @typedef {{ title: string, series: readonly Series[] }} Panel
 */

const TOP = 40
const LEFT = 62
const ABOVE = 26
const BELOW = 48
const LINE_HEIGHT = 15
const GRID = 'stroke="#8c96a3" stroke-opacity="0.35"'

/**
 * @param {string} title
 * @param {{ x: Axis, y: Axis, columns: number, width: number, height: number }} frame the same for all panels; size: of one
 * @param {readonly Panel[]} panels row by row
 * @returns {string}
 */
export function lineChart(title, { x, y, columns, width, height }, panels) {
  const names = panels.flatMap(({ series }) => series)
  const right = 14 + Math.max(...names.map(({ name, bold }) => textWidth(name, bold)))
  const drawn = panels.map((panel, index) => {
    const left = (index % columns) * width
    const top = TOP + Math.floor(index / columns) * height
    const area = {
      from: left + LEFT,
      to: left + width - right,
      top: top + ABOVE,
      bottom: top + height - BELOW
    }
    return drawPanel(panel, area, x, y)
  })
  const rows = Math.ceil(panels.length / columns)
  return svg(title, { width: columns * width, height: TOP + rows * height }, drawn)
}

/**
 * @param {Panel} panel
 * @param {{ from: number, to: number, top: number, bottom: number }} area
 * @param {Axis} x
 * @param {Axis} y
 */
function drawPanel({ title, series }, area, x, y) {
  const xOf = scale(x, area.from, area.to)
  const yOf = scale(y, area.bottom, area.top)
  const middle = (area.from + area.to) / 2
  const ends = series.map(({ points }) => yOf(points.at(-1)?.[1] ?? 0))
  const labels = apart(ends, LINE_HEIGHT)
  return [
    `<text x="${area.from}" y="${area.top - 10}" font-weight="bold">${escapeXml(title)}</text>`,
    ...y.ticks.flatMap((tick) => [
      `<path d="M${area.from} ${yOf(tick)}H${area.to}" ${GRID}/>`,
      `<text x="${area.from - 6}" y="${yOf(tick) + 4}" text-anchor="end" font-size="11">${escapeXml(y.label(tick))}</text>`
    ]),
    ...x.ticks.map(
      (tick) =>
        `<text x="${xOf(tick)}" y="${area.bottom + 16}" text-anchor="middle" font-size="11">${escapeXml(x.label(tick))}</text>`
    ),
    `<text x="${middle}" y="${area.bottom + 33}" text-anchor="middle" font-size="11">${escapeXml(x.title)}</text>`,
    `<text x="${area.from - 6}" y="${area.top - 10}" text-anchor="end" font-size="11">${escapeXml(y.title)}</text>`,
    ...series.map(({ name, colour, bold = false, dashed = false, points }, index) => {
      const path = points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${xOf(px)} ${yOf(py)}`).join('')
      const look = `stroke="${colour}" stroke-width="${bold ? 2.5 : 1.5}"${dashed ? ' stroke-dasharray="4 4"' : ''}`
      return [
        `<path d="${path}" fill="none" ${look}/>`,
        `<text x="${area.to + 6}" y="${labels[index] + 4}" fill="${colour}"${bold ? ' font-weight="bold"' : ''}>${escapeXml(name)}</text>`
      ].join('\n')
    })
  ].join('\n')
}

/**
 * @param {Axis} axis
 * @param {number} from pixel of the first tick
 * @param {number} to pixel of the last
 * @returns {(value: number) => number} values beyond the ticks are drawn at the edge
 */
function scale({ ticks, log = false }, from, to) {
  const shape = (/** @type {number} */ value) => (log ? Math.log(value) : value)
  const [low, high] = [shape(ticks[0]), shape(ticks[ticks.length - 1])]
  return (value) => {
    const part = Math.min(1, Math.max(0, (shape(value) - low) / (high - low)))
    return Math.round((from + part * (to - from)) * 10) / 10
  }
}

/**
 * Places for labels, as near to where they belong as they can be without lying over each other.
 * @param {readonly number[]} wanted
 * @param {number} distance
 * @returns {number[]} in the order of `wanted`
 */
export function apart(wanted, distance) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b])
  /** Labels that touch stand together around the middle of where they belong. @type {{ sum: number, members: number[] }[]} */
  const groups = []
  for (const index of order) {
    groups.push({ sum: wanted[index], members: [index] })
    while (groups.length > 1 && bottomOf(groups[groups.length - 2]) > topOf(groups[groups.length - 1])) {
      const last = groups.pop()
      const before = groups[groups.length - 1]
      before.sum += last?.sum ?? 0
      before.members.push(...(last?.members ?? []))
    }
  }
  const places = wanted.map(() => 0)
  for (const group of groups) {
    group.members.forEach((member, at) => {
      places[member] = topOf(group) + (at + 0.5) * distance
    })
  }
  return places

  /** @param {{ sum: number, members: number[] }} group */
  function topOf({ sum, members }) {
    return sum / members.length - (members.length * distance) / 2
  }

  /** @param {{ sum: number, members: number[] }} group */
  function bottomOf(group) {
    return topOf(group) + group.members.length * distance
  }
}
