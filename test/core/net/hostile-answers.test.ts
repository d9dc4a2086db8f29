import { afterEach, describe, expect, it } from 'vitest'
import { createProducer } from '../../../packages/core/src/index.ts'
import { httpServer, type Listening } from './servers.ts'

const open: Listening[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function serve(...[listener]: Parameters<typeof httpServer>): Promise<Listening> {
  const server = await httpServer(listener)
  open.push(server)
  return server
}

/** A producer with one line, and what it says of the first answer. */
async function firstWarning(port: number): Promise<string> {
  const producer = createProducer({
    endpoint: `http://127.0.0.1:${port}`,
    projectId: 'p',
    streamName: 's',
    credentials: { token: 'a-token-for-this-host-only' },
    batch: { lingerMs: 0 },
    closeTimeoutMs: 0
  })
  const told = new Promise<string>((resolve) => {
    producer.on('warning', ({ code }) => resolve(code))
    producer.on('rejected', ({ code }) => resolve(code))
  })
  producer.write('a line that is for this host only')
  const code = await told
  await producer.close()
  return code
}

describe('an answer', () => {
  it.each([301, 302, 303, 307, 308])('of %i leads line and token nowhere else', async (status) => {
    const asked: string[] = []
    const elsewhere = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('{}')
    })
    const { port } = await serve((_, response) =>
      response.writeHead(status, { Location: `http://127.0.0.1:${elsewhere.port}/elsewhere` }).end()
    )
    expect(await firstWarning(port)).toBe(`HTTP ${status}`)
    expect(asked).toEqual([])
  })

  it('that never ends is read no further than 4 MiB', async () => {
    const piece = Buffer.alloc(65_536, ' ')
    let sent = 0
    const { port } = await serve((request, response) => {
      request.resume()
      response.writeHead(200, { 'Content-Type': 'application/json' })
      const more = (): void => {
        if (response.destroyed) return
        sent += piece.length
        if (response.write(piece)) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    expect(await firstWarning(port)).toBe('UND_ERR_RES_EXCEEDED_MAX_SIZE')
    // What the sockets of both sides hold comes on top.
    expect(sent).toBeLessThan(32 * 1_048_576)
  })
})
