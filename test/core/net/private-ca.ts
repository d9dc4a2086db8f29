import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface PrivateCa {
  /** Certificate of the authority, PEM. */
  readonly ca: string
  /** Where that stands as a file. */
  readonly caPath: string
  /** Key and certificate of a server, signed by the authority for `dis.test` and 127.0.0.1. */
  readonly key: string
  readonly cert: string
  remove(): void
}

/** An authority and a server's certificate, made for this run by the machine's openssl. */
export function makePrivateCa(): PrivateCa {
  const dir = mkdtempSync(join(tmpdir(), 'dis-logs-ca-'))
  const file = (name: string) => join(dir, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    ...['req', '-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2'],
    ...['-subj', '/CN=dis-logs test authority', '-addext', 'basicConstraints=critical,CA:TRUE']
  )
  openssl('req', ...newKey, '-keyout', file('key.pem'), '-out', file('csr.pem'), '-subj', '/CN=dis.test')
  writeFileSync(file('ext'), 'subjectAltName=DNS:dis.test,DNS:iam.dis.test,IP:127.0.0.1\n')
  openssl(
    ...['x509', '-req', '-in', file('csr.pem'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-days', '2', '-extfile', file('ext'), '-out', file('cert.pem')]
  )
  return {
    ca: readFileSync(file('ca.pem'), 'utf8'),
    caPath: file('ca.pem'),
    key: readFileSync(file('key.pem'), 'utf8'),
    cert: readFileSync(file('cert.pem'), 'utf8'),
    remove: () => rmSync(dir, { recursive: true, force: true })
  }
}
