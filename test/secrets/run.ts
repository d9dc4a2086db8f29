import { join } from 'node:path'
import { createClient, createProducer, type DisOptions } from '../../packages/core/src/index.ts'
import { Witness } from './witness.ts'

/** Runs a producer and a client against the place, with everything on that writes something down. */
export async function run(folder: string, options: DisOptions): Promise<Witness> {
  const witness = new Witness()
  const producer = createProducer({
    projectId: 'p',
    streamName: 's',
    retry: { baseMs: 1, maxMs: 5 },
    closeTimeoutMs: 100,
    stats: { intervalMs: 100 },
    deadLetter: join(folder, 'dead.ndjson'),
    spool: { dir: join(folder, 'spool') },
    ...options
  })
  for (const name of ['rejected', 'dropped', 'warning', 'stats'] as const) {
    producer.on(name, (payload: unknown) => witness.see(payload))
  }
  producer.write('a line')
  await producer.flush({ timeoutMs: 150 })
  witness.see(producer)
  witness.see(await producer.close())
  const client = createClient({ projectId: 'p', streamName: 's', ...options })
  witness.see(client)
  const calls = [
    () => client.identify(),
    () => client.describeStream(),
    () => client.getCursor('shardId-0000000000', { type: 'LATEST' }),
    () => client.getRecords('cursor')
  ]
  for (const call of calls) witness.see(await call().catch((error: unknown) => error))
  await client.close()
  witness.seeFiles(folder)
  return witness
}
