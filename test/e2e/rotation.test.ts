import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import { assembleProducer, type ProducerParts } from '../../packages/core/src/testing.ts'
import { metadataService, standIn, type TemporaryKeys } from '../core/auth/stand-ins.ts'
import { type Arrival, arrivals, compare, STREAM } from './arrivals.ts'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

const LINES = 6_000
const ROTATE_EVERY_MS = 300

const keysOf = (turn: number): TemporaryKeys => ({
  access: `AK-${turn}`,
  secret: `SK-${turn}`,
  securitytoken: `ST-${turn}`
})

async function strictDis(first: TemporaryKeys): Promise<LocalDis> {
  const dis = await createLocalDis({
    port: 0,
    limits: false,
    streams: [{ name: STREAM, partitions: 2 }],
    // A client that hammers with old keys would meet this lock and fail the test.
    auth: { keys: [asDisKey(first)], lockAfterFailures: 5 }
  })
  open.push(dis)
  return dis
}

function asDisKey({ access, secret, securitytoken }: TemporaryKeys) {
  return { accessKey: access, secretKey: secret, securityToken: securitytoken }
}

/** Writes numbered lines for about three seconds, while `tick` runs. */
async function ship(dis: LocalDis, options: DisOptions, env: ProducerParts['env']): Promise<Arrival[]> {
  const stderr: string[] = []
  const producer = assembleProducer(
    {
      endpoint: dis.url,
      projectId: 'p',
      streamName: STREAM,
      batch: { lingerMs: 5, maxRecords: 50 },
      ...options
    },
    { env: env ?? {}, stderr: (text) => stderr.push(text) }
  )
  open.push(producer)
  for (let n = 0; n < LINES; n++) {
    producer.write(JSON.stringify({ n, hostname: `host-${n % 7}` }))
    if (n % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 8))
  }
  const report = await producer.flush({ timeoutMs: 15_000 })
  expect({ ...report, stderr }).toMatchObject({ delivered: LINES, rejected: 0, dropped: 0, pending: 0 })
  return arrivals(dis)
}

describe('keys that change every few hundred milliseconds under load', () => {
  it('lose nothing when the old ones stop working at once', async () => {
    let turn = 0
    const dis = await strictDis(keysOf(0))
    const metadata = await standIn(metadataService(() => keysOf(turn), 3_600_000))
    open.push(metadata)
    const timer = setInterval(async () => {
      const [old, next] = [keysOf(turn), keysOf(turn + 1)]
      await dis.auth.addKey(asDisKey(next))
      turn++
      await dis.auth.removeKey(old.access)
    }, ROTATE_EVERY_MS)
    open.push({ close: async () => clearInterval(timer) })

    const arrived = await ship(
      dis,
      { credentials: { metadata: true } },
      { DIS_METADATA_ENDPOINT: metadata.url }
    )
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    const asked = metadata.lines.filter((line) => line.startsWith('GET')).length
    expect(turn).toBeGreaterThan(5)
    // Once for each turn and not for each request: a turn during a question may take a second one.
    expect(asked).toBeLessThan(2 * turn + 3)
  })

  it('are renewed before they end, so that none is ever refused', async () => {
    let turn = 0
    const dis = await strictDis(keysOf(0))
    const metadata = await standIn(metadataService(() => keysOf(turn), ROTATE_EVERY_MS))
    open.push(metadata)
    const timer = setInterval(async () => {
      await dis.auth.addKey(asDisKey(keysOf(turn + 1)))
      turn++
      // Each works for longer than its service says, so only a client that overlooks the end meets a refusal.
      if (turn >= 3) await dis.auth.removeKey(keysOf(turn - 3).access)
    }, ROTATE_EVERY_MS)
    open.push({ close: async () => clearInterval(timer) })

    const arrived = await ship(
      dis,
      { credentials: { metadata: true } },
      { DIS_METADATA_ENDPOINT: metadata.url }
    )
    expect(compare(arrived, LINES)).toEqual({ missing: [], repeated: [] })
    expect(turn).toBeGreaterThan(5)
    expect((await dis.stats()).authRefused).toBe(0)
    expect(metadata.lines.filter((line) => line.startsWith('GET')).length).toBeGreaterThan(5)
  })
})
