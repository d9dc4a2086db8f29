import { afterEach } from 'vitest'
import { createClient, type DisClient } from '../../../packages/core/src/reader/client.ts'
import { httpServer } from '../net/servers.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

/** A client of a service that answers what `answer` makes of the address, and the addresses that it was asked. Closed after the test. */
export async function clientOf(
  answer: (url: URL, calls: number) => unknown
): Promise<{ client: DisClient; urls: string[] }> {
  const urls: string[] = []
  const server = await httpServer(({ url = '' }, response) => {
    // The bound of a test that has no other: the service gives up before the machine does.
    if (urls.push(url) > 500) return void response.destroy()
    response.end(JSON.stringify(answer(new URL(url, 'http://localhost'), urls.length)))
  })
  const client = createClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    projectId: 'p',
    streamName: 'app-logs',
    credentials: { accessKey: 'AK', secretKey: 'SK' }
  })
  open.push(client, server)
  return { client, urls }
}
