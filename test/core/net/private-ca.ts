import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A private authority and a server's certificate from it, for `dis.test`, `iam.dis.test` and 127.0.0.1; good
 * for a hundred years. Made once with openssl (`req -x509` and `x509 -req` with that subjectAltName) and kept,
 * so that tests need nothing but Node. The key opens nothing outside these tests; the authority's own was thrown away.
 */
const folder = join(import.meta.dirname, '../../fixtures/tls')

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

export const caPath: string = join(folder, 'ca.pem')
export const ca: string = read('ca.pem')
export const otherCa: string = read('other-ca.pem')
export const serverPair: { readonly key: string; readonly cert: string } = {
  key: read('server.key'),
  cert: read('server.pem')
}
