/** How often each nemesis of a run really did something: one that never does is dead, and proves nothing. */
export class Effects {
  readonly #counts = new Map<string, number>()

  did(nemesis: string): void {
    this.#counts.set(nemesis, (this.#counts.get(nemesis) ?? 0) + 1)
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
