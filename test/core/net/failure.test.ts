import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { DeadlineError, toFailure } from '../../../packages/core/src/net/failure.ts'
import { HttpTransport } from '../../../packages/core/src/net/http.ts'
import { DIRECT } from '../../../packages/core/src/net/network.ts'

const ORIGIN = 'https://dis.example'

/** An error as Node and undici make them: the code says what it is. */
function coded(error: Error, code: string): Error {
  return Object.assign(error, { code })
}

function thrownBy(mistake: () => unknown): unknown {
  try {
    mistake()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}

describe('a mistake in a program is a BUG, with the place that it was made in', () => {
  it.each<[string, unknown]>([
    ['a missing method', thrownBy(() => Reflect.apply(Reflect.get({}, 'request'), undefined, []))],
    ['a name that does not exist', new ReferenceError('x is not defined')],
    ['a length that cannot be', thrownBy(() => new Array(-1))],
    ['an argument that Node does not take', thrownBy(() => Buffer.alloc(Number.NaN))],
    ['an argument that undici does not take', coded(new Error('invalid path'), 'UND_ERR_INVALID_ARG')],
    ['an assertion', coded(new Error('false == true'), 'ERR_ASSERTION')],
    ['one behind another error', new Error('it failed', { cause: new TypeError('x is undefined') })]
  ])('%s', (_, error) => {
    const failure = toFailure(error, ORIGIN)
    expect(failure).toMatchObject({ code: 'BUG', ambiguous: true })
    expect(failure.message).toContain('failure.test.ts')
  })
})

describe('an error of the network is never a BUG, whatever its class', () => {
  it.each<[string, unknown, string]>([
    ['a TypeError around a refused connection', fetchFailed('ECONNREFUSED'), 'NETWORK_REFUSED'],
    ['a TypeError around a certificate', fetchFailed('ERR_TLS_CERT_ALTNAME_INVALID'), 'NETWORK_TLS'],
    ['a reset', coded(new Error('other side closed'), 'UND_ERR_SOCKET'), 'NETWORK_RESET'],
    ['a deadline', new DeadlineError(500), 'NETWORK_TIMEOUT'],
    ['the text of a bug', new Error('request is not a function'), 'NETWORK'],
    ['an answer that is no HTTP', coded(new Error('bad'), 'HPE_INVALID_CONSTANT'), 'HPE_INVALID_CONSTANT'],
    ['not even an error', 'x', 'NETWORK']
  ])('%s', (_, error, code) => {
    expect(toFailure(error, ORIGIN).code).toBe(code)
  })

  it('nor is an answer of another protocol', async () => {
    const server = createServer((request) => void request.socket.end('GOOD DAY\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const origin = `http://127.0.0.1:${port}`
    const transport = new HttpTransport({
      origin,
      maxConnections: 1,
      requestTimeoutMs: 5_000,
      network: DIRECT
    })
    const reply = await transport.send({ method: 'GET', path: '/', headers: {}, body: null })
    expect(reply).toMatchObject({ kind: 'failure', code: expect.not.stringMatching(/^BUG$/) })
    await transport.close()
    server.close()
  })
})

it('a header that HTTP cannot carry is a BUG of the caller, not of the network', async () => {
  const origin = 'http://127.0.0.1:1'
  const transport = new HttpTransport({ origin, maxConnections: 1, requestTimeoutMs: 500, network: DIRECT })
  const reply = await transport.send({ method: 'GET', path: '/', headers: { 'x-a': 'a\nb' }, body: null })
  expect(reply).toMatchObject({ kind: 'failure', code: 'BUG' })
  await transport.close()
})

function fetchFailed(code: string): Error {
  return new TypeError('fetch failed', { cause: coded(new Error('x'), code) })
}

/** As `tls.checkServerIdentity` makes it, for a name that a certificate may hold. */
const longName = `Hostname/IP does not match certificate's altnames: Host: h. is not in the cert's altnames: DNS:${'a'.repeat(90_000)}`

it('a certificate with a name of 90,000 letters takes no time and no room', () => {
  const startedAt = performance.now()
  const failure = toFailure(coded(new Error(longName), 'ERR_TLS_CERT_ALTNAME_INVALID'), ORIGIN)
  // It was 10 s.
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  expect(failure).toMatchObject({
    code: 'NETWORK_TLS',
    message: expect.stringContaining('altnames: Host: h.')
  })
  expect(failure.message.length).toBeLessThan(1_200)
})
