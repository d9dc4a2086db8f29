/**
 * What a stream takes, by looking twice: the sequence numbers of its partitions say exactly how many records came between. What they
 * weigh and how many lines they hold is read from some of them, spread over that time, so that looking takes little of what consumers may read.
 */
import type { DisClient, PartitionInfo, StreamInfo } from '@dis-logs/core'
import { nextNumbersOf } from './next-numbers.ts'
import { type Sample, SampleReader } from './sample.ts'

/** Partitions that are read at each look; the others keep what was found before. */
const SAMPLED_PARTITIONS = 16

/** A partition between two looks. */
export interface PartitionRate {
  readonly partitionId: string
  readonly status: string
  /** That came in between; undefined at the first look, or where the service does not say. */
  readonly records: number | undefined
  /** What they hold; undefined where nobody knows. */
  readonly content: Sample | undefined
  /** Sequence numbers: of the oldest record that is kept, and of the next one to come. */
  readonly oldest: bigint | undefined
  readonly next: bigint | undefined
}

/** A stream between two looks. */
export interface Look {
  readonly stream: StreamInfo
  /** Since the look before; undefined at the first one. */
  readonly elapsedMs: number | undefined
  readonly partitions: readonly PartitionRate[]
}

/** A partition, and the records that came since the last look. */
interface Came {
  readonly partition: PartitionInfo
  readonly records: number | undefined
}

/** Looks at one stream again and again. */
export class StreamMeter {
  readonly #client: DisClient
  #lookedAt: number | undefined
  #next = new Map<string, bigint>()
  readonly #samples: SampleReader

  /** `places`: how many places of each partition are read at a look. More of them say more, and take more. */
  constructor(client: DisClient, places: number) {
    this.#client = client
    this.#samples = new SampleReader(client, places)
  }

  /** Rejects as the client does if the stream cannot be described; a partition that cannot be read keeps its old sample. */
  async look(): Promise<Look> {
    const stream = await this.#client.describeStream()
    const now = performance.now()
    const elapsedMs = this.#lookedAt === undefined ? undefined : now - this.#lookedAt
    const before = this.#next
    this.#lookedAt = now
    this.#next = nextNumbersOf(stream.partitions)
    const came = stream.partitions.map((partition) => ({ partition, records: this.#came(partition, before) }))
    const sampled = came.filter(({ records = 0 }) => records > 0)
    // Those that were never read first, and those that take most.
    sampled.sort((one, other) => this.#urgency(other) - this.#urgency(one))
    await Promise.all(
      sampled
        .slice(0, SAMPLED_PARTITIONS)
        .map(({ partition: { partitionId }, records = 0 }) =>
          this.#samples.read(partitionId, before.get(partitionId) ?? 0n, records)
        )
    )
    const partitions = came.map(({ partition, records }) => ({
      partitionId: partition.partitionId,
      status: partition.status,
      records,
      content: records === undefined ? undefined : this.#samples.contentOf(partition.partitionId, records),
      oldest:
        partition.oldestSequenceNumber === undefined ? undefined : BigInt(partition.oldestSequenceNumber),
      next: this.#next.get(partition.partitionId)
    }))
    return { stream, elapsedMs, partitions }
  }

  #urgency({ partition, records = 0 }: Came): number {
    return this.#samples.knows(partition.partitionId) ? records : Number.POSITIVE_INFINITY
  }

  /** A stream that was made anew begins at 0 again: that is no negative rate. */
  #came({ partitionId }: PartitionInfo, before: ReadonlyMap<string, bigint>): number | undefined {
    const last = before.get(partitionId)
    const next = this.#next.get(partitionId)
    if (last === undefined || next === undefined) return undefined
    return next < last ? 0 : Number(next - last)
  }
}
