import { afterEach, expect, it, vi } from 'vitest'
import { createProducer } from '../../../packages/core/src/index.ts'
import { httpServer } from '../net/servers.ts'

afterEach(() => vi.restoreAllMocks())

const LINE = 'PLANTED-LINE of somebody, 1970-01-01'

it.each<[string, number, unknown, RegExp]>([
  [
    'rejects a record',
    200,
    { failed_record_count: 1, records: [{ error_code: 'DIS.4201', error_message: 'no' }] },
    /DIS\.4201/
  ],
  ['rejects a request', 404, { errorCode: 'DIS.4301', message: 'The stream does not exist' }, /DIS\.4301/],
  ['refuses the keys', 403, { errorCode: 'DIS.4116', message: 'Invalid RBAC' }, /dropped/],
  ['is down', 503, 'down', /not sent|NOT_SENT|dropped/i]
])(
  'no line is told, but for the sample in the event, where a service %s',
  async (_, status, answer, told) => {
    const said: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
    const server = await httpServer((_, response) => response.writeHead(status).end(JSON.stringify(answer)))
    const options = {
      endpoint: `http://127.0.0.1:${server.port}`,
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'a-token' },
      batch: { lingerMs: 0 },
      closeTimeoutMs: 300
    }
    // Events to a listener, or, where nobody listens, words on stderr.
    for (const isHeard of [true, false]) {
      const producer = createProducer(options)
      if (isHeard) {
        for (const event of ['warning', 'dropped', 'stats'] as const) {
          producer.on(event, (told: unknown) => said.push(JSON.stringify(told)))
        }
        producer.on('rejected', ({ sample, ...told }) => {
          // The one place: for whoever asks for it, and never printed.
          expect(sample).toBe(LINE)
          said.push(JSON.stringify(told))
        })
      }
      producer.write(LINE)
      await producer.flush({ timeoutMs: 200 })
      said.push(JSON.stringify(await producer.close()))
    }
    await server.close()
    expect(said.join('\n')).toMatch(told)
    expect(said.join('\n')).not.toContain('PLANTED')
    expect(said.join('\n')).not.toContain(Buffer.from(LINE).toString('base64').slice(0, 12))
  }
)
