/** The data of records in a body of `SendRecords`, without parsing the rest. */

export const DATA = '"data":"'

/**
 * @param {Buffer} body
 * @returns {Buffer[]} decoded
 */
export function dataOf(body) {
  const found = []
  for (let at = body.indexOf(DATA); at !== -1; at = body.indexOf(DATA, at)) {
    at += DATA.length
    const end = body.indexOf('"', at)
    found.push(Buffer.from(body.latin1Slice(at, end), 'base64'))
    at = end
  }
  return found
}
