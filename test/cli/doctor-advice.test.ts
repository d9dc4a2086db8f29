import { describe, expect, it } from 'vitest'
import { advise, type Demand } from '../../packages/cli/src/doctor/advice.ts'

function stream(partitions: number, streamType = 'COMMON') {
  return {
    streamName: 's',
    streamId: 'i',
    status: 'RUNNING',
    streamType,
    dataType: 'BLOB',
    hasMorePartitions: false,
    partitions: Array.from({ length: partitions + 1 }, (_, id) => ({
      partitionId: `shardId-${id}`,
      // One that takes no records any more is none.
      status: id < partitions ? 'ACTIVE' : 'DELETED',
      hashRange: '',
      oldestSequenceNumber: undefined,
      nextSequenceNumber: undefined
    }))
  }
}

const demand = (linesPerSecond: number, bytesPerLine: number): Demand => ({
  linesPerSecond,
  bytesPerLine,
  from: '--rate'
})

describe('the options that doctor recommends', () => {
  it('are the defaults where there is room', () => {
    expect(advise(stream(2), demand(500, 250), 'yes')).toEqual({
      name: 'options',
      ok: true,
      detail:
        '500 lines/s of 250 bytes (--rate) take 25% of what the stream takes; recommended: the defaults',
      cure: null
    })
  })

  it('are aggregate where lines are short, and say how much one key may have', () => {
    const { detail, ok } = advise(stream(3), demand(5_000, 250), 'yes')
    expect(ok).toBe(true)
    expect(detail).toBe(
      '5,000 lines/s of 250 bytes (--rate) take 167% of what the stream takes, packed 40%; recommended: { aggregate: true }; a key goes to one partition, which takes 4,177 lines/s: a host that logs more needs a partitionKey with more values, or null; in an outage the buffer of a process that logs all of it is full after 38 s: a spool holds more'
    )
  })

  it('are more partitions where that is not enough', () => {
    expect(advise(stream(1), demand(5_000, 250), 'yes')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('take 500% of what the stream takes, packed 120%'),
      cure: 'set aggregate: true, and add partitions: 2 leave room for peaks and uneven keys'
    })
  })

  it('are more partitions, and not aggregate, where that would break what is made of the stream', () => {
    expect(advise(stream(3), demand(5_000, 250), 'no')).toMatchObject({
      ok: false,
      detail: expect.not.stringContaining('aggregate'),
      cure: 'add partitions: 7 leave room for peaks and uneven keys'
    })
  })

  it('are aggregate with a doubt where the dump tasks are not known', () => {
    expect(advise(stream(3), demand(5_000, 250), 'unknown').detail).toContain(
      'recommended: { aggregate: true } if no dump task is broken by it;'
    )
    expect(advise(stream(1), demand(5_000, 250), 'unknown').cure).toContain(
      'set aggregate: true if no dump task is broken by it, and add partitions'
    )
  })

  it('have nothing to do with records where lines are long: packing gains nothing', () => {
    const { cure, detail, ok } = advise(stream(1), demand(2, 1_000_000), 'yes')
    expect([ok, cure]).toEqual([false, 'add partitions: 3 leave room for peaks and uneven keys'])
    expect(detail).not.toContain('packed')
  })

  it.each([
    // records, bytes, of 80 %
    [800, 1, true],
    [801, 1, false],
    [100, 8_388, true],
    [100, 8_389, false]
  ])('leave a fifth free: %d lines/s of %d bytes', (lines, bytes, isEnough) => {
    expect(advise(stream(1), demand(lines, bytes), 'no').ok).toBe(isEnough)
  })

  it('know the limits of ADVANCED, and that others are not known', () => {
    expect(advise(stream(1, 'ADVANCED'), demand(1_600, 250), 'no').ok).toBe(true)
    expect(advise(stream(1, 'GOLD'), demand(1, 1), 'no')).toMatchObject({
      ok: null,
      detail: 'skipped: nobody knows the limits of type GOLD'
    })
  })
})
