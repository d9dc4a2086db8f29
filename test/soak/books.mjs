// What was settled and what arrived, and whether the two agree.
import { existsSync, readFileSync } from 'node:fs'

export class Books {
  // First line of each life → the line after the last that was settled in it.
  #lives = new Map()
  #seen = new Map()
  #lastOfKey = new Map()
  #rejected = new Set()
  #overtaken = 0
  arrivals = 0
  peakRss = 0
  damagedPlaces = 0

  settled(first, next) {
    this.#lives.set(first, next)
  }

  memory(rss) {
    this.peakRss = Math.max(this.peakRss, rss)
  }

  damaged(places) {
    this.damagedPlaces += places
  }

  /** The lines of a dead-letter file. */
  rejected(path) {
    if (!existsSync(path)) return
    for (const text of readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')) {
      this.#rejected.add(JSON.parse(JSON.parse(text).line).n)
    }
  }

  /** A record, with the lines that it packs. */
  arrived(data) {
    for (const text of data.toString().split('\n')) {
      const { n, key } = JSON.parse(text)
      this.arrivals++
      const times = this.#seen.get(n) ?? 0
      this.#seen.set(n, times + 1)
      const last = this.#lastOfKey.get(key) ?? -1
      if (times === 0 && n < last) this.#overtaken++
      this.#lastOfKey.set(key, Math.max(last, n))
    }
  }

  get settledLines() {
    let lines = 0
    for (const [first, next] of this.#lives) lines += next - first
    return lines
  }

  check() {
    let lost = 0
    for (const [first, next] of this.#lives) {
      for (let n = first; n < next; n++) if (!this.#seen.has(n) && !this.#rejected.has(n)) lost++
    }
    let duplicated = 0
    for (const times of this.#seen.values()) duplicated += times - 1
    return { lost, rejected: this.#rejected.size, duplicated, overtaken: this.#overtaken }
  }
}
