/** The options of a plan → those of the product, with all that a plan leaves to the world. */
import type { CredentialsOption, DisOptions } from '../../../packages/core/src/options/options.ts'
import type { SlotPlan } from '../plan.ts'
import { keyOfLine } from './writer.ts'

const LETTERS = '/letters.ndjson'

export function productOptions({ options: given }: SlotPlan, credentials: CredentialsOption): DisOptions {
  const { deadLetter, spool, partitionKey, ...options } = given
  return {
    endpoint: 'https://dis.cn-north-4.myhuaweicloud.com',
    projectId: 'p',
    credentials,
    ...options,
    partitionKey: partitionKey === 'a function' ? keyOfLine : partitionKey,
    ...(deadLetter === true ? { deadLetter: LETTERS } : {}),
    ...(typeof deadLetter === 'number' ? { deadLetter: { path: LETTERS, maxBytes: deadLetter } } : {}),
    ...(spool === undefined ? {} : { spool: { ...spool, dir: '/spool' } })
  }
}
