import { describe, expect, it } from 'vitest'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { readProtobufAnswer } from '../../../packages/core/src/wire/protobuf-answer.ts'
import { redactReply, redactText } from '../../../packages/core/src/wire/redact.ts'
import { readError, readSendRecordsAnswer } from '../../../packages/core/src/wire/response.ts'

/** A token as IAM's are: base64 with its signs, longer than a message may be. */
const SECRET = `MIIq/x+8kPz${'Q7w/Rt+3Lm'.repeat(12)}==`
const PASSWORD = 'pä"ß\\wörd&<1>%41'
const BEFORE = 'You sent X-Auth-Token: '

const json = (text: string) => JSON.stringify(text).slice(1, -1)
const percent = (text: string) => encodeURIComponent(text)
const decimal = (text: string) => [...text].map((c) => (/\w/.test(c) ? c : `&#${c.codePointAt(0)};`)).join('')
const SPELLINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  'as JSON': json,
  'as JSON with escaped slashes': (secret) => json(secret).replaceAll('/', '\\/'),
  'as JSON of another alphabet': (secret) =>
    [...secret].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'as JSON in JSON': (secret) => json(json(secret).replaceAll('/', '\\/')),
  'as a part of a URL': percent,
  'as a part of a URL in lower case': (secret) => percent(secret).replace(/%../g, (s) => s.toLowerCase()),
  'as a form': (secret) => percent(secret).replaceAll('%20', '+'),
  'as a form that somebody decoded badly': (secret) => secret.replaceAll('+', ' '),
  'twice in a URL': (secret) => percent(percent(secret)),
  'as HTML': (secret) =>
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'as HTML with numbers': decimal,
  'as HTML with hexadecimal numbers': (secret) =>
    [...secret].map((c) => (/\w/.test(c) ? c : `&#x${c.codePointAt(0)?.toString(16)};`)).join(''),
  'over folded lines': (secret) => secret.replace(/.{40}/g, '$&\r\n\t'),
  'in pieces of 20': (secret) => secret.replace(/.{20}/g, '$&<br>')
}

/** The longest piece of the secret in the text, whatever stands between its letters. */
function longestPiece(text: string, secret: string): number {
  let longest = 0
  for (let from = 0; from < secret.length; from++) {
    while (text.includes(secret.slice(from, from + longest + 1)) && from + longest < secret.length) longest++
  }
  return longest
}

function answer(body: string | Buffer, status = 502, headers: Record<string, string> = {}): WireReply {
  return { kind: 'answer', status, headers, body: Buffer.from(body) }
}

function bodyOf(reply: WireReply): string {
  return reply.kind === 'answer' ? reply.body.toString('utf8') : ''
}

describe.each(Object.entries(SPELLINGS))('a secret that is quoted %s', (_, spell) => {
  it.each([
    [200, SECRET],
    [502, SECRET],
    [502, PASSWORD]
  ])('is blanked in an answer with %i', (status, secret) => {
    const quote = spell(secret)
    const page = `<html><p>${BEFORE}${quote}</p><p>sent & lost</p>`
    expect(page.length - quote.length).toBeGreaterThan(20)
    const redacted = bodyOf(redactReply(answer(page, status), [secret]))
    expect(longestPiece(redacted, quote)).toBeLessThan(12)
    expect(redacted).toContain('<html><p>You sent')
    expect(redacted).toContain('</p><p>sent & lost</p>')
  })

  it('leaves a JSON answer readable', () => {
    const body = `{"errorCode":"DIS.4100","message":"${BEFORE}${json(spell(SECRET))}"}`
    const { code, message } = readError(Buffer.from(bodyOf(redactReply(answer(body), [SECRET]))))
    expect(code).toBe('DIS.4100')
    expect(message.startsWith(BEFORE)).toBe(true)
    expect(longestPiece(message, SECRET)).toBeLessThan(12)
  })
})

describe('a secret that the gateway cut itself', () => {
  it.each([
    ['behind its beginning', SECRET.slice(0, 40)],
    ['before its end', SECRET.slice(-40)],
    ['at both ends', SECRET.slice(30, 60)]
  ])('is found %s', (_, piece) => {
    expect(redactText(`sent ${piece}… to us`, [SECRET])).toBe(`sent ${'*'.repeat(piece.length)}… to us`)
  })

  it('is found in an answer of 200, where only its ends are looked for', () => {
    const body = `{"failed_record_count":1,"records":[{"error_code":"DIS.4303","error_message":"${SECRET.slice(0, 50)}"}]}`
    expect(bodyOf(redactReply(answer(body, 200), [SECRET]))).not.toContain(SECRET.slice(0, 12))
  })
})

describe('what is no secret', () => {
  it('stays: an answer of 200 is the same buffer', () => {
    const stored = answer('{"failed_record_count":0,"records":[{"partition_id":"shardId-0000000000"}]}', 200)
    const reply = redactReply(stored, [SECRET])
    expect(reply.kind === 'answer' && stored.kind === 'answer' && reply.body === stored.body).toBe(true)
  })

  it('stays: a secret of less than six characters is a letter in every text', () => {
    expect(redactText('Token T refused', ['T', ''])).toBe('Token T refused')
  })
})

it('is blanked in headers and in the message of a failure', () => {
  const reply = redactReply(answer('', 302, { location: `https://h/?t=${percent(SECRET)}` }), [SECRET])
  expect(reply.kind === 'answer' && reply.headers['location']).toMatch(/^https:\/\/h\/\?t=\*+$/)
  const failure: WireReply = { kind: 'failure', code: 'X', message: `invalid ${SECRET}`, ambiguous: true }
  expect(redactReply(failure, [SECRET])).toMatchObject({ message: expect.stringMatching(/^invalid \*+$/) })
})

it('quotes nothing of a body that is encoded or no text', () => {
  const gzip = { 'content-encoding': 'gzip' }
  expect(bodyOf(redactReply(answer(Buffer.from([31, 139, 8]), 502, gzip), []))).toBe('(gzip, 3 bytes)')
  expect(bodyOf(redactReply(answer(Buffer.from([31, 139, 8])), []))).toBe('(3 bytes, not UTF-8)')
  const odd = { 'content-encoding': `\u001b]52;${SECRET}` }
  expect(bodyOf(redactReply(answer('x', 502, odd), [SECRET]))).toBe('(encoded, 1 bytes)')
})

describe('what a service says', () => {
  const failed = (code: string, message: string) => {
    const body = JSON.stringify({
      failed_record_count: 1,
      records: [{ error_code: code, error_message: message }]
    })
    return readSendRecordsAnswer(Buffer.from(body), 1)
  }

  it.each(['<script>', 'a b', `DIS.${'4'.repeat(80)}`, '\u001b[31m', 'é'])('has no code %j', (code) => {
    expect(failed(code, 'm')).toMatchObject({ results: [{ kind: 'failed', code: 'UNKNOWN' }] })
    expect(readError(Buffer.from(JSON.stringify({ error_code: code, message: 'm' })))).toMatchObject({
      code: ''
    })
  })

  it('has a message of 500 characters, and of a blanked secret three', () => {
    expect(failed('DIS.5000', 'x'.repeat(10_000))).toMatchObject({
      results: [{ message: `${'x'.repeat(500)}…` }]
    })
    expect(failed('DIS.5000', `a ${'*'.repeat(900)} b`)).toMatchObject({ results: [{ message: 'a *** b' }] })
  })

  it('has a partition id as short as a code', () => {
    const partition = (id: string) => ({
      failed_record_count: 0,
      records: [{ partition_id: id, sequence_number: '1' }]
    })
    const read = (id: string) => readSendRecordsAnswer(Buffer.from(JSON.stringify(partition(id))), 1)
    expect(read('shardId-0000000001')).toMatchObject({ results: [{ partitionId: 'shardId-0000000001' }] })
    for (const id of ['x'.repeat(65), 'a b', '<'])
      expect(read(id)).toMatchObject({ results: [{ partitionId: '' }] })
    const long = Buffer.concat([Buffer.from([0xb2, 1, 0x44, 0xba, 1, 0x41]), Buffer.alloc(65, 'x')])
    expect(readProtobufAnswer(long, 1)).toMatchObject({ results: [{ kind: 'stored', partitionId: '' }] })
  })
})
