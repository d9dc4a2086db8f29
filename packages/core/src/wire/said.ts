/** What a service says about itself, within bounds. Every text of an answer that may be shown, counted or compared comes by here. */

/** `DIS.4303`, `APIGW.0301`, `IAM.0011`, `1101`. */
const CODE = /^[\w.-]{1,64}$/
const MAX_MESSAGE = 500
/** Of a record that failed, whose code is none. */
export const UNKNOWN_CODE: string = 'UNKNOWN'

/** The code, or `''` if it is none: letters, digits, `.`, `_` and `-`, at most 64. */
export function codeSaid(text: string): string {
  return CODE.test(text) ? text : ''
}

/** The message, at most 500 characters of it. A blanked secret is as short as any other. */
export function messageSaid(text: string): string {
  const short = text.replace(/\*{4,}/g, '***')
  return short.length > MAX_MESSAGE ? `${short.slice(0, MAX_MESSAGE)}…` : short
}
