import { type Check, listOf, secret } from '../checks.ts'
import {
  type AccessKey,
  type AuthOptions,
  authCheck,
  type CheckedAuth,
  type CheckedKey,
  keyCheck
} from '../options.ts'

/** Documented: five failures in a row lock a key for five minutes. */
const LOCK_MS = 5 * 60_000

/** Live control over who may call, so that a test can rotate credentials. */
export interface AuthControl {
  /** Replaces everything; undefined lets every request in. */
  set(auth: AuthOptions | undefined): void
  /** Adds a key, or replaces the one of the same name. From then on credentials are checked. */
  addKey(key: AccessKey): void
  /** Forgets a key; requests that use it are refused. */
  removeKey(accessKey: string): void
  /** Adds a token. From then on credentials are checked. */
  addToken(token: string): void
  /** Forgets a token. */
  removeToken(token: string): void
}

const NOBODY: CheckedAuth = authCheck({}, 'auth')
const oneToken: Check<readonly string[]> = listOf(secret)

/** The credentials that the server knows, and which of them are locked. */
export class Credentials implements AuthControl {
  readonly #keys: Map<string, CheckedKey> = new Map()
  readonly #tokens: Set<string> = new Set()
  readonly #failures: Map<string, { inARow: number; lockedUntilMs: number }> = new Map()
  #settings: CheckedAuth = NOBODY
  #isOpen = true

  constructor(auth: AuthOptions | undefined) {
    this.set(auth)
  }

  /** Whether every request is let in unasked. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The rules that go with the credentials. */
  get settings(): CheckedAuth {
    return this.#settings
  }

  set(auth: AuthOptions | undefined): void {
    const checked = auth === undefined ? NOBODY : authCheck(auth, 'auth')
    this.#settings = checked
    this.#isOpen = auth === undefined
    this.#keys.clear()
    this.#tokens.clear()
    this.#failures.clear()
    for (const key of checked.keys) this.#keys.set(key.accessKey, key)
    for (const token of checked.tokens) this.#tokens.add(token)
  }

  addKey(key: AccessKey): void {
    const checked = keyCheck(key, 'key')
    this.#isOpen = false
    this.#keys.set(checked.accessKey, checked)
    this.#failures.delete(checked.accessKey)
  }

  removeKey(accessKey: string): void {
    this.#keys.delete(accessKey)
  }

  addToken(token: string): void {
    for (const checked of oneToken([token], 'token')) this.#tokens.add(checked)
    this.#isOpen = false
  }

  removeToken(token: string): void {
    this.#tokens.delete(token)
  }

  /** The key of that name, if it is known. */
  key(accessKey: string): CheckedKey | undefined {
    return this.#keys.get(accessKey)
  }

  /** Whether a token is known. */
  hasToken(token: string): boolean {
    return this.#tokens.has(token)
  }

  /** Whether a key is locked for its failures. */
  isLocked(accessKey: string, nowMs: number): boolean {
    return (this.#failures.get(accessKey)?.lockedUntilMs ?? 0) > nowMs
  }

  /** Notes a wrong signature; enough of them in a row lock the key, if the settings say so. */
  noteFailure(accessKey: string, nowMs: number): void {
    const { lockAfterFailures } = this.#settings
    if (lockAfterFailures === undefined) return
    const inARow = (this.#failures.get(accessKey)?.inARow ?? 0) + 1
    const isFull = inARow >= lockAfterFailures
    this.#failures.set(accessKey, {
      inARow: isFull ? 0 : inARow,
      lockedUntilMs: isFull ? nowMs + LOCK_MS : 0
    })
  }

  /** Notes a right signature, which ends the row. */
  noteSuccess(accessKey: string): void {
    this.#failures.delete(accessKey)
  }
}
