import { createProducer } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, STREAM } from './program.ts'

// Node warns of a leak where more than ten wait for one thing.
const PARTITIONS = 15

let dis: LocalDis

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: PARTITIONS }], limits: false })
})
afterEach(() => dis.close())

async function fill(bytes: number): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const producer = createProducer({
      endpoint: dis.url,
      projectId: 'p',
      streamName: STREAM,
      credentials: { token: 'T' },
      partitionId: String(partition)
    })
    producer.write('x'.repeat(bytes))
    await producer.close()
  }
}

describe('tail of a stream with many partitions', () => {
  it('says nothing but what it reads', async () => {
    const { stderr, stdout } = await dislogs(
      ['tail', '--quiet', '--from', 'beginning', '--idle-timeout', '0.6'],
      environmentFor(dis)
    )
    expect(stdout.toString()).toBe('')
    expect(stderr).toBe('')
  })

  it('and a reader that is slow, neither', async () => {
    await fill(200_000)
    const args = ['tail', '--quiet', '--from', 'beginning', '--limit', String(PARTITIONS)]
    // Each partition has a line that does not fit into the pipe, which nobody reads for two seconds.
    const tail = new Program(args, environmentFor(dis), ([file, ...rest]) => {
      const command = [file, ...rest].map((part) => `'${part}'`).join(' ')
      return ['/bin/sh', '-c', `${command} | { sleep 2; cat; }`]
    })
    const { stderr, stdout } = await tail.end()
    expect(stdout.toString().trimEnd().split('\n')).toEqual(Array(PARTITIONS).fill('x'.repeat(200_000)))
    expect(stderr).toBe('')
  })
})
