/** When the lines of a body were logged, where each carries it in a field. Only for a paced load: it decodes what it can. */
import { DATA, dataOf } from './dis-records.mjs'
import { snappyPlain } from './snappy.mjs'

/** The field. A number: milliseconds since 1970, with fractions. */
export const SENT_AT = 'sentAt'

/** In a text that is a string of another JSON text, quotes are escaped. */
const FIELD = new RegExp(`${SENT_AT}\\\\?":(\\d+(?:\\.\\d+)?)`, 'g')

/**
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {Buffer} body
 * @returns {number[]} of each line that has one
 */
export function sentTimes(headers, body) {
  return textsOf(headers, body).flatMap((text) => [...text.matchAll(FIELD)].map(([, time]) => Number(time)))
}

/**
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {Buffer} body
 */
function textsOf(headers, body) {
  if (headers['content-type'] === 'application/x-protobuf') return [snappyPlain(body).toString('latin1')]
  return body.includes(DATA) ? dataOf(body).map((data) => data.toString('latin1')) : [body.toString('latin1')]
}
