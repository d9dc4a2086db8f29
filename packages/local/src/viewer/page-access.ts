import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may open the page. A server that asks nobody for credentials shows it to whom it gives its records anyway. One that does ask
 * must not show them to every program of the machine: the address of the page then has a key that was drawn at the start, and the
 * browser gets it back as a cookie, which no script can read and no other site makes a browser send.
 */
export class PageAccess {
  readonly #key: string = randomBytes(18).toString('base64url')
  readonly #isOpen: () => boolean
  #cookieName = 'dis-viewer'

  /** `isOpen` says whether the server lets in everybody now. */
  constructor(isOpen: () => boolean) {
    this.#isOpen = isOpen
  }

  /** Cookies are shared by all ports of a host, so the name has the port. */
  listensOn(port: number): void {
    this.#cookieName = `dis-viewer-${port}`
  }

  /** The query of the page's address: the key, where one is needed. */
  get query(): string {
    return this.#isOpen() ? '' : `?key=${this.#key}`
  }

  /** The header line that gives the cookie to who has come with this key; undefined if it is not the key. */
  cookieFor(given: string): string | undefined {
    if (!isSame(given, this.#key)) return undefined
    return `${this.#cookieName}=${this.#key}; Path=/viewer; HttpOnly; SameSite=Strict`
  }

  /** Whether a request with these cookies may see the page. */
  allows(cookies: string | undefined): boolean {
    if (this.#isOpen()) return true
    const start = `${this.#cookieName}=`
    const given = (cookies ?? '').split('; ').filter((cookie) => cookie.startsWith(start))
    return given.some((cookie) => isSame(cookie.slice(start.length), this.#key))
  }
}

// Of hashes, so that neither the length nor the time says anything.
function isSame(given: string, key: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(key))
}
