/** winston-loki sends snappy by default; its own copy of the codec undoes it. */
import { fromPeers } from '../cases/peers.mjs'

/** @type {((body: Buffer) => Buffer) | undefined} */
let uncompress

/**
 * @param {Buffer} body a raw snappy block
 * @returns {Buffer}
 */
export function snappyPlain(body) {
  uncompress ??= fromPeers('snappy').uncompressSync
  return uncompress(body)
}
