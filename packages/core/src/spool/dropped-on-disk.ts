/**
 * Lines that were on disk only, and are given up or lost. They are told in a microtask: one report for the many lines of a segment,
 * and never in the middle of a write.
 */
export type DiskDropReason = 'spool-full' | 'spool-damaged'

export class DroppedOnDisk {
  readonly #report: (reason: DiskDropReason, lines: number, bytes: number) => void
  readonly #untold = new Map<DiskDropReason, { lines: number; bytes: number }>()

  constructor(report: (reason: DiskDropReason, lines: number, bytes: number) => void) {
    this.#report = report
  }

  add(reason: DiskDropReason, lines: number, bytes: number): void {
    if (this.#untold.size === 0) queueMicrotask(() => this.tell())
    const { lines: before, bytes: bytesBefore } = this.#untold.get(reason) ?? { lines: 0, bytes: 0 }
    this.#untold.set(reason, { lines: before + lines, bytes: bytesBefore + bytes })
  }

  /** Tells at once: at the end of the process no microtask runs. */
  tell(): void {
    const untold = [...this.#untold]
    this.#untold.clear()
    for (const [reason, { lines, bytes }] of untold) this.#report(reason, lines, bytes)
  }
}
