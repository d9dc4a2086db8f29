import type { Answer } from '../answer.ts'
import { Refusal } from '../errors.ts'
import type { Store } from '../store.ts'

const PARAMETERS = /^\d{1,40}$/

/** The data of one record, as it was sent. As bytes for a script, so that no browser shows it as a page. */
export function findRecord(store: Store, parameters: ReadonlyMap<string, string>): Answer | Refusal {
  const partition = parameters.get('partition') ?? ''
  const sequence = parameters.get('sequence') ?? ''
  const found = store.get(parameters.get('stream') ?? '')?.partitions[Number(partition)]
  if (found === undefined || !PARAMETERS.test(partition) || !PARAMETERS.test(sequence)) return gone()
  const position = found.position(BigInt(sequence))
  if (position < BigInt(found.log.oldest) || position >= BigInt(found.log.next)) return gone()
  const [record] = found.log.read(Number(position), 1, Number.POSITIVE_INFINITY).records
  if (record === undefined) return gone()
  return {
    status: 200,
    contentType: 'application/octet-stream',
    body: record.data,
    headers: { 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="record"' }
  }
}

function gone(): Refusal {
  return new Refusal('dis', 404, 'LOCAL.RECORD', 'The local DIS has this record no more.')
}
