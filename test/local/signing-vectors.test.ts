import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { SignedRequest } from '../../packages/local/src/verify/canonical.ts'
import { Credentials } from '../../packages/local/src/verify/credentials.ts'
import { verify } from '../../packages/local/src/verify/verify.ts'
import { start } from './calls.ts'
import { keyOf, SIGNED_AT_MS, VECTORS, type Vector, wireRequest } from './vectors.ts'

function check(
  vector: Vector,
  request: SignedRequest = wireRequest(vector),
  secretKey: string = vector.sk
): string {
  const credentials = new Credentials({ keys: [{ ...keyOf(vector), secretKey }], region: 'cn-north-4' })
  return verify(request, credentials, SIGNED_AT_MS)?.code ?? 'let in'
}

/** The text with one character changed to another one of its kind. */
function flip(text: string): string {
  const at = text.length - 1
  return text.slice(0, at) + (text[at] === '0' ? '1' : '0')
}

const isUnsigned = (vector: Vector) => Object.values(vector.headers).includes('UNSIGNED-PAYLOAD')

it('there are 42 vectors, of every scheme', () => {
  expect(VECTORS).toHaveLength(42)
})

describe.each(VECTORS.map((vector): [string, Vector] => [vector.name, vector]))('%s', (_, vector) => {
  const request = wireRequest(vector)

  it('is let in', () => {
    expect(check(vector)).toBe('let in')
  })

  it('is refused with another signature', () => {
    const headers = { ...request.headers, authorization: flip(vector.authorization) }
    expect(check(vector, { ...request, headers })).toBe('DIS.4100')
  })

  it('is refused with another secret', () => {
    expect(check(vector, request, flip(vector.sk))).toBe('DIS.4100')
  })

  // The payload that a client declares unsigned is the one thing that its signature does not protect.
  it(isUnsigned(vector) ? 'leaves its body open to change' : 'is refused with another body', () => {
    const body = Buffer.from(flip(vector.body_utf8))
    expect(check(vector, { ...request, body })).toBe(isUnsigned(vector) ? 'let in' : 'DIS.4100')
  })

  it('is refused with another path, method or query', () => {
    expect(check(vector, { ...request, path: `${request.path}x` })).toBe('DIS.4100')
    expect(check(vector, { ...request, method: 'PATCH' })).toBe('DIS.4100')
    expect(check(vector, { ...request, query: `${request.query}&more=1` })).toBe('DIS.4100')
  })
})

describe('over a real connection', () => {
  // Node's parser strips spaces around header values, so a signature over them cannot be checked there;
  // only the DIS Python SDK strips them before it signs.
  const carried = VECTORS.filter(({ name, headers }) => {
    const spaced = Object.values(headers).some((value) => value !== value.trim())
    return !spaced || /^dis-(scoped|derived)/.test(name)
  })

  it.each(carried.map((vector): [string, Vector] => [vector.name, vector]))(
    '%s is let in',
    async (_, vector) => {
      const dis = await start({ clock: () => SIGNED_AT_MS, auth: { keys: [keyOf(vector)] } })
      const status = await raw(dis.port, wireRequest(vector))
      expect(status).not.toBe(441)
      expect(dis.stats()).toMatchObject({ requests: 1, authRefused: 0 })
    }
  )
})

/** Sends the bytes of a request as they are and gives the status of the answer. */
function raw(port: number, request: ReturnType<typeof wireRequest>): Promise<number> {
  const target = request.query === '' ? request.path : `${request.path}?${request.query}`
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  const head = [
    `${request.method} ${target} HTTP/1.1`,
    ...lines,
    `content-length: ${request.body.length}`,
    '',
    ''
  ].join('\r\n')
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(Number(data.toString().split(' ')[1]))
    })
    socket.write(head)
    socket.write(request.body)
  })
}
