import type { Line } from './line.ts'
import { LineRow } from './line-row.ts'

/** Height of a row, as in page.css. */
const ROW_PX = 24
const OVERSCAN_ROWS = 8

/** What the list is made with. */
export interface ListParts {
  readonly viewport: HTMLElement
  readonly lines: () => readonly Line[]
  /** The line that somebody chose. */
  readonly choose: (line: Line) => void
  /** Whether the newest line is followed has changed. */
  readonly followed: (isFollowing: boolean) => void
}

/**
 * The list of lines: only those rows exist that can be seen. It follows the newest line like a terminal, until somebody scrolls up
 * or chooses a line.
 */
export class LineList {
  readonly #parts: ListParts
  readonly #space = document.createElement('div')
  readonly #rows: LineRow[] = []
  #active = -1
  #isFollowing = true
  #isPaused = false
  #marks: RegExp | undefined
  #isPlanned = false

  constructor(parts: ListParts) {
    const { viewport } = parts
    this.#parts = parts
    this.#space.className = 'space'
    this.#space.setAttribute('role', 'presentation')
    viewport.append(this.#space)
    viewport.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    viewport.addEventListener('keydown', (event) => this.#pressed(event))
    viewport.addEventListener('click', (event) => this.#clicked(event))
    new ResizeObserver(() => this.update()).observe(viewport)
  }

  /** Whether the newest line is followed. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** Follows the newest line, or stays where it is until it is told to follow: scrolling to the end does not do it then. */
  follow(isFollowing: boolean): void {
    this.#isPaused = !isFollowing
    if (isFollowing) this.#active = -1
    this.#setFollowing(isFollowing)
  }

  #setFollowing(isFollowing: boolean): void {
    if (isFollowing === this.#isFollowing) return
    this.#isFollowing = isFollowing
    this.#parts.followed(isFollowing)
    this.update()
  }

  /** What is marked in the lines from now on. */
  mark(marks: RegExp | undefined): void {
    this.#marks = marks
    this.update()
  }

  /** Lines went from the front: what was on the screen stays there. */
  shift(removed: number): void {
    if (removed === 0) return
    this.#active -= removed
    if (!this.#isFollowing) this.#parts.viewport.scrollTop -= removed * ROW_PX
  }

  /** Starts anew, at the newest line. */
  reset(): void {
    this.#active = -1
    this.update()
  }

  /** Shows the lines as they are now, with the next frame. */
  update(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    requestAnimationFrame(() => {
      this.#isPlanned = false
      this.#draw()
    })
  }

  #draw(): void {
    const { viewport } = this.#parts
    const lines = this.#parts.lines()
    const height = `${lines.length * ROW_PX}px`
    if (this.#space.style.height !== height) this.#space.style.height = height
    if (this.#isFollowing) viewport.scrollTop = lines.length * ROW_PX
    const first = Math.max(0, Math.floor(viewport.scrollTop / ROW_PX) - OVERSCAN_ROWS)
    const wanted = Math.ceil(viewport.clientHeight / ROW_PX) + 2 * OVERSCAN_ROWS
    while (this.#rows.length < wanted) {
      const row = new LineRow(`line-${this.#rows.length}`)
      this.#rows.push(row)
      this.#space.append(row.root)
    }
    let active = ''
    for (let place = first; place < first + this.#rows.length; place++) {
      const row = this.#rows[place % this.#rows.length]
      if (row === undefined) continue
      const line = lines[place]
      row.root.hidden = line === undefined
      if (line === undefined) continue
      if (place === this.#active) active = row.root.id
      row.show(line, place, lines.length, place === this.#active, this.#marks)
      row.root.style.transform = `translateY(${place * ROW_PX}px)`
    }
    if (active === '') viewport.removeAttribute('aria-activedescendant')
    else viewport.setAttribute('aria-activedescendant', active)
  }

  #scrolled(): void {
    const { viewport } = this.#parts
    const isAtEnd = viewport.scrollTop + viewport.clientHeight >= viewport.scrollHeight - ROW_PX
    // Only a move away from the end ends it: while lines arrive the end itself runs away.
    if (isAtEnd && this.#active < 0 && !this.#isPaused) this.#setFollowing(true)
    else if (!isAtEnd && this.#isFollowing) this.#setFollowing(false)
    this.update()
  }

  #clicked({ target }: MouseEvent): void {
    const row = target instanceof Element ? target.closest('.row') : null
    if (row instanceof HTMLElement) this.#activate(Number(row.dataset['place']), true)
  }

  #pressed(event: KeyboardEvent): void {
    const last = this.#parts.lines().length - 1
    const page = Math.max(1, Math.floor(this.#parts.viewport.clientHeight / ROW_PX) - 1)
    const from = this.#active < 0 ? last + 1 : this.#active
    const places: Readonly<Record<string, number>> = {
      ArrowUp: from - 1,
      ArrowDown: from + 1,
      PageUp: from - page,
      PageDown: from + page,
      Home: 0,
      End: last
    }
    const place = places[event.key]
    if (event.key === 'Enter' && this.#active >= 0) this.#activate(this.#active, true)
    else if (event.key === 'Escape') this.#leave()
    else if (place !== undefined) this.#activate(Math.max(0, Math.min(last, place)), false)
    else return
    event.preventDefault()
  }

  #leave(): void {
    this.follow(true)
    this.update()
  }

  #activate(place: number, isChosen: boolean): void {
    const line = this.#parts.lines()[place]
    if (line === undefined) return
    this.#active = place
    this.#setFollowing(false)
    const { viewport } = this.#parts
    const top = place * ROW_PX
    if (top < viewport.scrollTop) viewport.scrollTop = top
    const bottom = top + ROW_PX - viewport.clientHeight
    if (bottom > viewport.scrollTop) viewport.scrollTop = bottom
    this.update()
    if (isChosen) this.#parts.choose(line)
  }
}
