/** A service that quotes what it was sent, and secrets to send it. */
import { type Asked, type Reply, type StandIn, standIn } from '../core/auth/stand-ins.ts'
import type { Place } from './places.ts'
import { unpacked } from './witness.ts'

/** As tokens and keys are: base64 with its signs, and long. */
export const planted = (name: string, length: number) =>
  `${name}/${Array.from({ length }, (_, index) => 'aZ+b9/Xc3'[(index * index + name.length + (index >> 3)) % 9]).join('')}==`

/** What IAM gives for a login, where the login is not what is quoted. */
export const TOKEN = planted('Token', 900)

/** All that a request holds. */
function quoteOf({ method, url, headers, body }: Asked): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return `${method} ${url}; ${lines.join('; ')}; ${body}`
}

/** A service on loopback that quotes each request at one place. Keeps what it has sent. */
export async function echo(
  place: Place,
  when: (asked: Asked) => boolean = () => true,
  otherwise: Reply = { status: 201, headers: { 'x-subject-token': TOKEN } }
): Promise<{ readonly server: StandIn; readonly sent: string[] }> {
  const sent: string[] = []
  const server: StandIn = await standIn((asked) => {
    if (!when(asked)) return otherwise
    const { status, headers, body } = place(quoteOf(asked))
    // What a header must not hold, no server can send.
    const clean = Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, ' ')])
    sent.push(unpacked(Buffer.from(body)), ...clean.map(([, value = '']) => value))
    return { status, headers: Object.fromEntries(clean), body: Buffer.isBuffer(body) ? body : String(body) }
  })
  return { server, sent }
}
