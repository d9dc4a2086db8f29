import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProducer } from '@dis-logs/core'
import { afterEach, describe, expect, it } from 'vitest'
import { Service, STREAMS, type StreamName } from '../service.ts'

const dir = mkdtempSync(join(tmpdir(), 'dis-logs-soak-service-'))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function deliver(service: Service, streamName: StreamName): Promise<void> {
  const producer = createProducer({
    streamName,
    endpoint: `http://127.0.0.1:${service.port}`,
    projectId: 'p',
    credentials: service.keys
  })
  producer.write('{"msg":"one"}')
  await producer.close()
}

describe('the service of the soak', () => {
  it('gives no two records the same place, in whatever stream, before and after a restart', async () => {
    const places: string[] = []
    const service = await Service.start(join(dir, 'credentials'), (_stream, _data, place) =>
      places.push(place)
    )
    for (let restarts = 0; restarts < 2; restarts++) {
      for (const stream of STREAMS) for (let record = 0; record < 6; record++) await deliver(service, stream)
      if (restarts === 0) await service.restart(0)
    }
    await service.close()
    expect(places.length).toBe(24)
    expect(new Set(places).size).toBe(24)
  })
})
