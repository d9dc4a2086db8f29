/** Where a service, a gateway or a proxy can echo what it was sent, and how it spells it. */
import { gzipSync } from 'node:zlib'

export interface Echo {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export type Place = (quote: string) => Echo

const html = (status: number, text: string): Echo => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><h1>${status}</h1><p>You sent</p><pre>${text}</pre></html>`
})

const json = (status: number, body: unknown, headers: Echo['headers'] = {}): Echo => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body)
})

/** One record that failed, as SendRecords answers in JSON. */
const failed = (code: string, message: string): Echo =>
  json(200, { failed_record_count: 1, records: [{ error_code: code, error_message: message }] })

const entities = (text: string) => text.replace(/[^\w\s]/g, (character) => `&#${character.codePointAt(0)};`)

const unicode = (text: string) =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

/** A field of protobuf whose type is bytes. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.from([(value % 128) + 128, ...varint(Math.floor(value / 128))])
}

const STATUSES = [200, 302, 400, 401, 407, 429, 441, 502]

export const PLACES: Readonly<Record<string, Place>> = {
  ...Object.fromEntries(
    STATUSES.flatMap((status): [string, Place][] => [
      [`a page, HTTP ${status}`, (quote) => html(status, quote)],
      [
        `the message, HTTP ${status}`,
        (quote) => json(status, { errorCode: 'DIS.4301', message: `sent ${quote}` })
      ]
    ])
  ),
  'the code': (quote) => json(400, { error_code: quote, error_msg: 'm' }),
  'the code of IAM': (quote) => json(500, { error: { code: quote, message: quote } }),
  'a page that the gateway cut': (quote) => html(502, quote.slice(0, -30)),
  'a page that is cut where a message ends': (quote) => html(502, `${'x'.repeat(120)}${quote}`),
  'a page with entities': (quote) => html(502, entities(quote)),
  'a page with a URL': (quote) => html(502, encodeURIComponent(quote)),
  'a page with folded lines': (quote) => html(502, quote.replace(/.{50}/g, '$&\r\n ')),
  'JSON with escaped slashes': (quote) => {
    const echo = json(500, { errorCode: 'DIS.5000', message: quote })
    return { ...echo, body: String(echo.body).replaceAll('/', '\\/') }
  },
  'JSON that is all escapes': (quote) => ({ ...json(500, {}), body: `{"message":"${unicode(quote)}"}` }),
  'JSON in JSON': (quote) => json(500, { message: JSON.stringify({ request: JSON.stringify(quote) }) }),
  'the message of a record': (quote) => failed('DIS.4303', `sent ${quote}`),
  'the message of a refused record': (quote) => failed('DIS.4302', `sent ${quote}`),
  'the code of a record': (quote) => failed(quote, 'm'),
  'the code of a record, refused': (quote) => failed(`DIS.4302 ${quote}`, 'm'),
  'the partition of a record': (quote) =>
    json(200, {
      failed_record_count: 0,
      records: [{ partition_id: quote.slice(-90), sequence_number: '1' }]
    }),
  'a record in protobuf': (quote) => ({
    status: 200,
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.concat([
      varint(21 * 8),
      varint(1),
      field(22, Buffer.concat([field(25, 'DIS.4302'), field(26, quote)]))
    ])
  }),
  'protobuf that is none': (quote) => ({
    status: 200,
    headers: {},
    body: Buffer.concat([Buffer.from([0xaf]), Buffer.from(quote)])
  }),
  'the stream': (quote) =>
    json(200, { stream_name: quote, status: quote, partitions: [{ status: quote, hash_range: quote }] }),
  'the cursor': (quote) => json(200, { partition_cursor: quote }),
  'the header X-Request-Id': (quote) => json(500, { message: 'm' }, { 'x-request-id': quote }),
  'the header Location': (quote) => json(302, {}, { location: `https://h/?q=${encodeURIComponent(quote)}` }),
  'the header Retry-After': (quote) => json(429, {}, { 'retry-after': quote }),
  'a body in gzip': (quote) => ({
    status: 502,
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(quote)
  }),
  'a body in gzip that says it is none': (quote) => ({ status: 502, headers: {}, body: gzipSync(quote) }),
  'a body that says it is in gzip': (quote) => ({
    status: 502,
    headers: { 'content-encoding': 'gzip' },
    body: quote
  }),
  'the name of the encoding': (quote) => ({ status: 502, headers: { 'content-encoding': quote }, body: 'x' })
}
