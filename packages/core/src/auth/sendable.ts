/** Whether credentials can be sent at all. A character that no HTTP header may hold would fail every request, each with a riddle. Pure. */
import type { Credentials } from './identity.ts'

/** Visible ASCII. A space at an end came with the copy. */
const SENDABLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
/** A secret key is never sent, but a line break or a space at its end came with the copy. */
const COPIED_BADLY = /^\s|\s$|[\r\n]/

/** The field that cannot be right, and what is wrong with it, without its value; undefined if there is none. */
export function unsendable(
  credentials: Credentials
): { readonly field: string; readonly given: string } | undefined {
  const sent =
    'token' in credentials
      ? { token: credentials.token }
      : { accessKey: credentials.accessKey, securityToken: credentials.securityToken ?? '-' }
  for (const [field, text] of Object.entries(sent)) {
    const given = unsendableText(text)
    if (given !== undefined) return { field, given }
  }
  if ('token' in credentials || !COPIED_BADLY.test(credentials.secretKey)) return undefined
  return { field: 'secretKey', given: `a text with ${describe(credentials.secretKey)}` }
}

/** What is wrong with a text that goes into a header, without the text; undefined if nothing is. */
export function unsendableText(text: string): string | undefined {
  return SENDABLE.test(text) ? undefined : `a text with ${describe(text)}`
}

function describe(text: string): string {
  if (/[\r\n]/.test(text)) return 'a line break'
  return /^\s|\s$/.test(text) ? 'a space at an end' : 'a character that no HTTP header may hold'
}
