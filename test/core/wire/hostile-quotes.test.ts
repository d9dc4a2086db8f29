import { describe, expect, it } from 'vitest'
import { redactReply, redactText } from '../../../packages/core/src/wire/redact.ts'
import { readSendRecordsAnswer } from '../../../packages/core/src/wire/response.ts'

/** As IAM's tokens are: no two places alike, `+` and `/` among its first and last letters. */
const SECRET = `MII+q/8k${[...Array(40).keys()].map((n) => ((n + 7) * 7_919).toString(36)).join('/')}z+Kd9==`
const REQUEST = `POST /v2/p/records HTTP/1.1\r\nX-Auth-Token: ${SECRET}\r\nHost: dis\r\n\r\n{}`

/** The body of a 200 answer to one record, as the sender gets it. */
function redacted(body: string | Buffer, status = 200): Buffer {
  const reply = redactReply({ kind: 'answer', status, headers: {}, body: Buffer.from(body) }, [SECRET])
  return reply.kind === 'answer' ? reply.body : Buffer.alloc(0)
}

function failedRecord(message: string): string {
  return `{"failed_record_count":1,"records":[{"error_code":"DIS.4303","error_message":"${message}"}]}`
}

/** Whether twelve characters of the secret stand there one behind the other. */
function holdsPiece(text: string): boolean {
  for (let at = 0; at + 12 <= SECRET.length; at++) if (text.includes(SECRET.slice(at, at + 12))) return true
  return false
}

describe('a success that quotes a secret', () => {
  it.each([13, 20, 21, 33])('from its middle, cut at both ends: from character %i on', (from) => {
    const body = redacted(failedRecord(`sent ${SECRET.slice(from, from + 60)}… to us`))
    expect(holdsPiece(body.toString())).toBe(false)
    expect(readSendRecordsAnswer(body, 1)).toMatchObject({ results: [{ message: 'sent ***… to us' }] })
  })

  it('with a space for each + in it', () => {
    const quote = SECRET.replaceAll('+', ' ')
    expect(quote.slice(0, 12)).not.toBe(SECRET.slice(0, 12))
    expect(readSendRecordsAnswer(redacted(failedRecord(quote)), 1)).toMatchObject({
      results: [{ message: '***' }]
    })
  })

  it.each(['', '\ufeff'])('in UTF-16 behind %j', (mark) => {
    const body = redacted(Buffer.from(`${mark}{"you sent":"${SECRET}"}`, 'utf16le'))
    expect(holdsPiece(body.toString('utf8').replaceAll('\0', ''))).toBe(false)
  })
})

/** The text without what is in it in Base64, hexadecimal, or numbers: what who looks at it can read. */
function undumped(text: string): string {
  const found = [text.replace(/\s/g, '')]
  for (const run of text.replace(/\s/g, '').match(/[\w+/-]{8,}|\d+(?:,\d+){3,}/g) ?? []) {
    for (let cut = 0; cut < 4; cut++) found.push(Buffer.from(run.slice(cut), 'base64').toString('latin1'))
    for (let cut = 0; cut < 2; cut++) found.push(Buffer.from(run.slice(cut), 'hex').toString('latin1'))
    found.push(Buffer.from(run.split(',').map(Number)).toString('latin1'))
  }
  return found.join('\n')
}

const DUMPS: Readonly<Record<string, (request: Buffer) => string>> = {
  'in Base64': (request) => request.toString('base64'),
  'in Base64 of 76 letters a line': (request) => request.toString('base64').replace(/.{76}/g, '$&\r\n'),
  'in Base64 for URLs': (request) => request.toString('base64url'),
  'in hexadecimal': (request) => request.toString('hex'),
  'byte for byte': (request) => request.toString('hex').toUpperCase().replace(/../g, '$& '),
  'as a Buffer in JSON': (request) => JSON.stringify(request)
}

describe.each(Object.entries(DUMPS))('a request that is printed %s', (_, dump) => {
  it.each([0, 1, 2])('shows no secret, with %i bytes in front of it', (before) => {
    const page = `<p>received: <pre>${dump(Buffer.from('-'.repeat(before) + REQUEST))}</pre> and refused`
    expect(holdsPiece(undumped(page))).toBe(true)
    const text = redacted(page, 502).toString()
    expect(holdsPiece(undumped(text))).toBe(false)
    expect(text).toMatch(/^<p>received: <pre>.*<\/pre> and refused$/s)
  })
})

it('searches an answer for a long token within milliseconds, time after time', () => {
  const token = Array.from({ length: 4_000 }, (_, n) => (n * 7_919).toString(36)).join('')
  const text = 'nothing of it '.repeat(4_000)
  for (let times = 0; times < 20; times++) expect(redactText(text, [token])).toBe(text)
}, 10_000)
