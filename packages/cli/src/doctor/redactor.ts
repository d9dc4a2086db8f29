/**
 * Keeps secrets out of the report. The library takes out what it has sent itself; this is the second lock: what the
 * environment holds is hidden wherever it stands, also where somebody has put a secret into the wrong variable.
 */
import { printable } from '@dis-logs/core'
import type { Check } from './check.ts'

const SECRET_VARIABLES = ['HUAWEICLOUD_SDK_SK', 'HUAWEICLOUD_SDK_SECURITY_TOKEN', 'CLOUD_SDK_SK', 'DIS_TOKEN']
const KEY_VARIABLES = ['HUAWEICLOUD_SDK_AK', 'CLOUD_SDK_AK']

// Real ones have 20 characters and more; hiding every `T` would leave nothing to read.
const SHORTEST_HIDDEN = 8

/** The first four characters of an access key: enough to know it by, and no more than that. */
export function maskKey(accessKey: string): string {
  return accessKey.length < SHORTEST_HIDDEN ? '…' : `${accessKey.slice(0, 4)}…`
}

export class Redactor {
  readonly #masks = new Map<string, string>()

  constructor(env: Readonly<Record<string, string | undefined>>) {
    for (const name of SECRET_VARIABLES) this.#hide(env[name], '***')
    for (const name of KEY_VARIABLES) this.hideKey(env[name])
  }

  /** An access key that did not come from the environment. */
  hideKey(accessKey: string | undefined): void {
    this.#hide(accessKey, maskKey(accessKey ?? ''))
  }

  /** The check with nothing in it that must not be seen, and each of its texts in one line of bounded length. */
  redact(check: Check): Check {
    const { cure, detail } = check
    return { ...check, detail: this.#redactText(detail), cure: cure === null ? null : this.#redactText(cure) }
  }

  #hide(text: string | undefined, mask: string): void {
    if (text !== undefined && text.length >= SHORTEST_HIDDEN && !this.#masks.has(text)) {
      this.#masks.set(text, mask)
    }
  }

  #redactText(text: string): string {
    let redacted = text
    for (const [secret, mask] of this.#masks) redacted = redacted.replaceAll(secret, mask)
    // What a server says may hold anything, escape sequences of terminals included. Cut after the secrets: half of one is one too.
    const line = redacted.replace(/[ \t\r\n]+/g, ' ').trim()
    return printable(line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line)
  }
}

const MAX_TEXT = 600
