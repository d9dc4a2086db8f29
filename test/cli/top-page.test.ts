import { describe, expect, it } from 'vitest'
import { pageOf } from '../../packages/cli/src/top/page.ts'
import type { PartitionView, StreamView } from '../../packages/cli/src/top/view.ts'

const rates = {
  records: 1_234,
  recordsPerSecond: 617.2,
  linesPerSecond: 4_321,
  bytesPerSecond: 524_288,
  limitShare: 0.617
}

function partition(id: number, own: Partial<PartitionView> = {}): PartitionView {
  const partitionId = `shardId-000000000${id}`
  return {
    ...rates,
    partitionId,
    status: 'ACTIVE',
    streamShare: 0.5,
    isEstimate: false,
    lag: { billing: 12_345 },
    ...own
  }
}

function stream(name: string, own: Partial<StreamView> = {}): StreamView {
  return {
    ...rates,
    name,
    status: 'RUNNING',
    type: 'COMMON',
    dataType: 'BLOB',
    limit: { recordsPerSecond: 1_000, bytesPerSecond: 1_048_576 },
    consumers: [{ app: 'billing', lag: 24_690 }],
    partitions: [partition(0), partition(1, { isEstimate: true, limitShare: 0.95, lag: { billing: null } })],
    ...own
  }
}

const page = (streams: readonly StreamView[], columns: number, rows = 100) =>
  pageOf(streams, { columns, rows, paint: (_, text) => text })

describe('a page of top', () => {
  it('has what comes, the limit, the share and the lag, of the stream and of each partition', () => {
    expect(page([stream('app-logs')], 160)).toEqual([
      'app-logs  COMMON BLOB  2 partitions  617 records/s  4,321 lines/s  0.50 MB/s  62% of 2,000/s or 2 MB/s  billing 24,690 behind',
      'PARTITION  RECORDS/S  LINES/S   MB/S  OF LIMIT              OF STREAM  LAG billing',
      '0                617    4,321   0.50       62%  ██████░░░░        50%       12,345',
      '1                617   ~4,321  ~0.50       95%  ██████████        50%            -'
    ])
  })

  it('keeps what matters most in 40 columns', () => {
    expect(page([stream('app-logs')], 39)).toEqual([
      'app-logs  617 rec/s  0.50 MB/s  62%',
      'PART  REC/S   MB/S  LIMIT  billing',
      '0       617   0.50    62%   12,345',
      '1       617  ~0.50    95%        -'
    ])
  })

  it.each([160, 120, 80, 60, 40, 20, 9, 1])('fits into %d columns', (columns) => {
    const streams = [stream('app-logs'), stream('audit', { status: 'FROZEN', limit: null, limitShare: null })]
    for (const line of page(streams, columns)) expect(line.length).toBeLessThanOrEqual(columns)
  })

  it('says that nothing is known yet', () => {
    const none = {
      records: null,
      recordsPerSecond: null,
      linesPerSecond: null,
      bytesPerSecond: null,
      limitShare: null
    }
    const view = stream('app-logs', { ...none, partitions: [partition(0, { ...none, streamShare: null })] })
    expect(page([view], 160).slice(0, 1)).toEqual([
      'app-logs  COMMON BLOB  1 partition  - records/s  - lines/s  - MB/s  limit 1,000/s or 1 MB/s  billing 24,690 behind'
    ])
  })

  it('shows a partition that takes no records, and a stream that does not run', () => {
    const view = stream('app-logs', {
      status: 'FROZEN',
      partitions: [partition(0), partition(1, { status: 'DELETED' })]
    })
    const lines = page([view], 160)
    expect(lines[0]).toContain('app-logs  FROZEN  COMMON BLOB  1 partition ')
    expect(lines[3]).toMatch(/^1 DELETED /)
  })

  it('lets no name of the service act on the terminal', () => {
    const view = stream('a\u001b[2J', { type: '\u001b]0;x\u0007', consumers: [{ app: '\u202e', lag: 1 }] })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(page([view], 200).join('')).not.toMatch(/[\u0000-\u001f\u202e]/)
  })
})

describe('on few lines', () => {
  const many = (count: number, share = 0.1) =>
    Array.from({ length: count }, (_, id) => partition(id, { limitShare: id === 7 ? 0.9 : share }))

  it.each([1, 2, 3, 4, 5, 8, 12, 16, 24, 60])('a page takes no more than the %d that there are', (rows) => {
    for (const partitions of [0, 1, 2, 9]) {
      for (const streams of [1, 2, 3, 30]) {
        const views = Array.from({ length: streams }, (_, id) =>
          stream(`s${id}`, { partitions: many(partitions) })
        )
        const { length } = page(views, 80, rows)
        expect(length, `${streams} streams of ${partitions}`).toBeLessThanOrEqual(rows)
        // A line that is free shows something, if there is something: a table needs up to four, and an empty one.
        expect(length).toBeGreaterThanOrEqual(Math.min(rows - 4, streams))
      }
    }
  })

  it('the busiest partitions are shown, and the others counted', () => {
    const lines = page([stream('s', { partitions: many(9) })], 160, 5)
    expect(lines.map((line) => line.slice(0, 20).trimEnd())).toEqual([
      's  COMMON BLOB  9 pa',
      'PARTITION  RECORDS/S',
      '7                617',
      '0                617',
      '… 7 more partitions'
    ])
  })

  it('what one stream does not need another one has', () => {
    const views = [stream('small', { partitions: many(1) }), stream('large', { partitions: many(9) })]
    expect(page(views, 80, 15)).toHaveLength(15)
    expect(page(views, 80, 15).join('\n')).not.toContain('more')
  })

  it('each stream has its line before one has a table, the busiest first', () => {
    const idle = { limitShare: 0, partitions: many(3, 0) }
    const views = [stream('a', idle), stream('b'), stream('c', idle)]
    const names = (rows: number) => page(views, 120, rows).map((line) => line.split(/ {2}/)[0])
    expect(names(3)).toEqual(['a', 'b', 'c'])
    expect(names(8)).toEqual(['a', '', 'b', 'PARTITION', '0', '1', '', 'c'])
    expect(names(2)).toEqual(['b', '… 2 more streams'])
  })
})
