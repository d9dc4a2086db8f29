/** Requests to the local DIS, on a real socket: each gets an answer that is no failure of the server, and the next one, too. */
import { connect } from 'node:net'
import { authorize } from '../../../packages/core/src/auth/authorize.ts'
import { EMPTY_PAYLOAD_HASH } from '../../../packages/core/src/auth/canonical.ts'
import { type ServerOptions, startServer } from '../../../packages/local/src/server.ts'
import type { Random } from '../generate/random.ts'
import {
  compressedRequest,
  jsonRequest,
  protobufRequest,
  queryRequest,
  requestBytes
} from '../generate/requests.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'

const STREAMS = [{ name: 'app-logs', partitions: 3 }]
/** A server keeps what it is sent. A new one takes its place, so that the memory of an input is its own. */
const INPUTS_OF_A_SERVER = 300
const PATIENCE_MS = 4_000
const GOOD = Buffer.from('GET /v2/p/streams HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n')

/** Sends bytes and ends its side. Resolves to all that comes back. */
function talk(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.end(bytes))
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error('a request is neither answered nor cut off'))
    }, PATIENCE_MS)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // Cut off while it was still sending: that is an answer, too.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks))
    })
  })
}

/** Each answer in these bytes. */
function checkAnswers(bytes: Buffer): number[] {
  const statuses: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    const head = bytes.toString('latin1', at, headEnd)
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
    expect(headEnd > 0 && status > 0, 'an answer is HTTP')
    expect(status < 500, `an answer is below 500, not ${status}`)
    statuses.push(status)
    const length = Number(
      /\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? (status === 100 ? 0 : bytes.length - headEnd - 4)
    )
    const body = bytes.subarray(headEnd + 4, headEnd + 4 + length)
    expect(body.length === length, 'an answer is whole')
    if (body.length > 0 && /\r\ncontent-type: application\/json/i.test(head)) JSON.parse(body.toString())
    at = headEnd + 4 + length
  }
  return statuses
}

function localKind(generate: (random: Random) => Buffer, options: ServerOptions = {}): Promise<Kind> {
  return new Promise((resolve, reject) => {
    const start = () => startServer({ streams: STREAMS, limits: false, ...options })
    start().then((first) => {
      let dis = first
      let used = 0
      resolve({
        generate,
        async check(input) {
          if (++used % INPUTS_OF_A_SERVER === 0) {
            await dis.close()
            dis = await start()
          }
          checkAnswers(await talk(dis.port, input))
          const [status] = checkAnswers(await talk(dis.port, GOOD))
          expect(
            status !== undefined && (status === 200 || options.auth !== undefined),
            `a good request gets 200, not ${status}`
          )
        },
        close: () => dis.close()
      })
    }, reject)
  })
}

const NOW = 1_735_787_045_000
const KEYS = { keys: [{ accessKey: 'AK', secretKey: 'SK' }], tokens: ['a-token'], region: 'r' }

/** Signed requests of each scheme, whose headers are then changed. */
function authorization(random: Random): Buffer {
  const path = '/v2/0123456789abcdef0123456789abcdef/streams'
  const target = {
    host: '127.0.0.1',
    region: 'r',
    projectId: 'p',
    signing: random.pick(['sdk', 'dis', 'derived'] as const)
  }
  const credentials = random.pick([
    { accessKey: 'AK', secretKey: 'SK' },
    { accessKey: 'AK', secretKey: 'SK', securityToken: 't' },
    { token: 'a-token' }
  ])
  const request = {
    method: 'GET' as const,
    path,
    query: {},
    headers: {},
    payloadHash: () => EMPTY_PAYLOAD_HASH
  }
  const lines = Object.entries(authorize(request, target, credentials, NOW)).map(([name, value]) => {
    if (random.chance(0.5)) return `${name}: ${value}`
    const parts = value
      .split(/(?<=[=;,\s])/)
      .map((part) => (random.chance(0.8) ? part : damaged(random, part)))
    return `${name}: ${parts.join('')}`.slice(0, 14_000)
  })
  return requestBytes(random, { method: 'GET', path: 'streams', headers: lines, body: Buffer.alloc(0) }, 0.1)
}

const damaged = (random: Random, part: string) =>
  random.pick([() => anyText(random, 3_000), () => '', () => part.repeat(1 + random.size(2_000))])()

export const localJson = (): Promise<Kind> =>
  localKind((random) => requestBytes(random, jsonRequest(random), 0))
export const localProtobuf = (): Promise<Kind> =>
  localKind((random) => requestBytes(random, protobufRequest(random), 0))
export const localCompressed = (): Promise<Kind> =>
  localKind((random) => requestBytes(random, compressedRequest(random), 0.02))
export const localQuery = (): Promise<Kind> =>
  localKind((random) => requestBytes(random, queryRequest(random), 0.02))
export const localHttp = (): Promise<Kind> =>
  localKind((random) => {
    const makers = [jsonRequest, protobufRequest, compressedRequest, queryRequest]
    const requests = Array.from({ length: 1 + random.size(3) }, () =>
      requestBytes(random, random.pick(makers)(random), 0.4)
    )
    return Buffer.concat(requests)
  })
export const localAuthorization = (): Promise<Kind> =>
  localKind(authorization, { auth: KEYS, clock: () => NOW })
