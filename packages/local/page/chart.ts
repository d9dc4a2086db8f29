import uPlot from 'uplot'

/** Seconds that a chart shows. */
const SECONDS = 180

/** One second of a partition. */
export interface Point {
  readonly taken: number
  readonly turnedAway: number
  readonly limit: number | null
}

/** Colours come from the style sheet, so that they are those of the theme. A canvas needs them worked out. */
function colour(name: string, root: HTMLElement): string {
  root.style.color = `var(${name})`
  const worked = getComputedStyle(root).color
  root.style.color = ''
  return worked
}

/** The last three minutes of one partition: what it takes, what it turns away on top of that, and its limit. */
export class RateChart {
  readonly #plot: uPlot
  readonly #root: HTMLElement
  readonly #resized: ResizeObserver
  #times: number[] = []
  #taken: number[] = []
  #wanted: number[] = []
  #limits: (number | null)[] = []

  constructor(root: HTMLElement) {
    this.#root = root
    this.#plot = new uPlot(
      {
        width: Math.max(60, root.clientWidth),
        height: 64,
        padding: [4, 0, 2, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: (_, __, max) => [max - SECONDS, max] },
          y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] }
        },
        axes: [{ show: false }, { show: false }],
        series: [
          {},
          {
            points: { show: false },
            width: 0,
            fill: () => colour('--throttled-fill', root),
            stroke: 'transparent'
          },
          {
            points: { show: false },
            width: 1.5,
            stroke: () => colour('--accent', root),
            fill: () => colour('--accent-fill', root)
          },
          { points: { show: false }, width: 1, dash: [4, 4], stroke: () => colour('--limit', root) }
        ]
      },
      [[], [], [], []],
      root
    )
    this.#resized = new ResizeObserver(() => {
      this.#plot.setSize({ width: Math.max(60, root.clientWidth), height: 64 })
    })
    this.#resized.observe(root)
  }

  /** One second more. */
  add(second: number, { taken, turnedAway, limit }: Point): void {
    this.#times.push(second)
    this.#taken.push(taken)
    this.#wanted.push(taken + turnedAway)
    this.#limits.push(limit)
    for (const list of [this.#times, this.#taken, this.#wanted, this.#limits]) {
      if (list.length > SECONDS + 10) list.shift()
    }
    // What nobody sees is drawn when it is seen.
    if (this.#root.checkVisibility()) this.draw()
  }

  /** Other numbers from now on: those of another unit. */
  clear(): void {
    this.#times = []
    this.#taken = []
    this.#wanted = []
    this.#limits = []
  }

  /** Draws it, for example in other colours. */
  draw(): void {
    this.#plot.setData([this.#times, this.#wanted, this.#taken, this.#limits])
  }

  /** Ends it. */
  remove(): void {
    this.#resized.disconnect()
    this.#plot.destroy()
  }
}
