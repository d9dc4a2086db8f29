export class Histogram {
  constructor(counts?: Iterable<readonly [number, number]>)
  readonly size: number
  add(value: number): void
  quantile(part: number): number
  toJSON(): [bucket: number, count: number][]
}
