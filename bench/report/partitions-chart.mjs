/** The loads of `pnpm bench:partitions` as lines: what arrives over what is offered, by the number of partitions. */
import { lineChart } from './line-chart.mjs'
import { percent } from './markdown.mjs'
import { OTHERS, OURS } from './svg.mjs'

/** The longer the service takes, the darker. @type {readonly string[]} */
const COLOURS = ['#f2a0a5', '#e0525b', OURS]
const IDEAL = 'the limit'

/** @param {readonly any[]} loads */
export function partitionsChart(loads) {
  const counts = valuesOf('partitions')
  const latencies = valuesOf('latencyMs')
  const steps = valuesOf('load')
  const panels = [false, true].flatMap((aggregate) =>
    counts.map((partitions) => ({
      title: `${aggregate ? 'aggregated' : 'line by line'}, ${partitions} partition${partitions === 1 ? '' : 's'}`,
      series: [
        {
          name: IDEAL,
          colour: OTHERS,
          dashed: true,
          points: steps.map((load) => /** @type {const} */ ([load, Math.min(1, load)]))
        },
        ...latencies.map((latencyMs, index) => ({
          name: `${latencyMs} ms`,
          colour: COLOURS[index % COLOURS.length],
          points: pointsOf(aggregate, partitions, latencyMs)
        }))
      ]
    }))
  )
  return lineChart(
    'Goodput as a part of the limit (more is better), by how long the service takes to answer',
    {
      columns: counts.length,
      width: Math.max(320, Math.floor(960 / counts.length)),
      height: 210,
      x: { title: 'load wanted, × the limit', ticks: steps, label: (load) => `${load}`, log: true },
      y: { title: '', ticks: [0, 0.25, 0.5, 0.75, 1, 1.25], label: percent }
    },
    panels.filter(({ series }) => series.some(({ name, points }) => name !== IDEAL && points.length > 0))
  )

  /** @param {'partitions' | 'latencyMs' | 'load'} key */
  function valuesOf(key) {
    return [...new Set(loads.map((row) => /** @type {number} */ (row[key])))].sort((a, b) => a - b)
  }

  /**
   * @param {boolean} aggregate
   * @param {number} partitions
   * @param {number} latencyMs
   */
  function pointsOf(aggregate, partitions, latencyMs) {
    return loads
      .filter(
        (row) => row.aggregate === aggregate && row.partitions === partitions && row.latencyMs === latencyMs
      )
      .map((row) => /** @type {const} */ ([row.load, row.goodput]))
  }
}
