// A local DIS in a process of its own, so that its memory can be measured: the URL first, then a line of JSON for each line read.
import { createInterface } from 'node:readline'
import { createLocalDis } from '@dis-logs/local'

const dis = await createLocalDis(JSON.parse(process.argv[2] ?? '{}'))
process.stdout.write(`${JSON.stringify({ port: dis.port, rss: process.memoryUsage.rss() })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const stats = await dis.stats()
  process.stdout.write(`${JSON.stringify({ line, rss: process.memoryUsage.rss(), stats })}\n`)
}
await dis.close()
