import { readFileSync } from 'node:fs'
import type { Answer } from '../answer.ts'

const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'uplot.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml'
}

/** Nothing but the server's own files and events; no script or style in the text of the page, and no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'"
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache'
}

/** The files of the page, read when first asked for: a server whose page is never opened reads none. */
export class PageFiles {
  readonly #folder: URL | undefined
  readonly #bodies: Map<string, Buffer> = new Map()

  /** Undefined where the page was not built, as in the sources. */
  constructor(folder: URL | undefined) {
    this.#folder = folder
  }

  /** The file of that name. Only names of the list are ever looked for. */
  answer(name: string): Answer | undefined {
    const file = name === '' ? 'index.html' : name
    const contentType = Object.hasOwn(TYPES, file) ? TYPES[file] : undefined
    if (contentType === undefined || this.#folder === undefined) return undefined
    const body = this.#bodies.get(file) ?? readFileSync(new URL(file, this.#folder))
    this.#bodies.set(file, body)
    return { status: 200, contentType, body, headers: HEADERS }
  }
}
