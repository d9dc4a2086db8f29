import { describe, expect, it } from 'vitest'
import { Partitions } from '../../../packages/core/src/queue/partition.ts'
import { Tallies } from '../../../packages/core/src/queue/tally.ts'

describe('the tallies of an answer', () => {
  it('are kept for each partition apart, in the order in which they were met', () => {
    const partitions = new Partitions()
    const [one, two] = [partitions.named('shardId-0000000001'), partitions.named('shardId-0000000002')]
    const tallies = new Tallies()
    tallies.of(two).taken++
    tallies.of(one).throttled++
    tallies.of(two).taken++
    expect([...tallies].map(([partition, tally]) => [partition.partitionId, tally])).toEqual([
      ['shardId-0000000002', { taken: 2, landed: 0, throttled: 0, failed: 0 }],
      ['shardId-0000000001', { taken: 0, landed: 0, throttled: 1, failed: 0 }]
    ])
  })
})
