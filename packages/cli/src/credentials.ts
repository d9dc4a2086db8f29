/** Credentials before anything is read: without any, input would wait in memory for what cannot come. */
import { createClient, DisCredentialsError, type DisOptions } from '@dis-logs/core'
import { CommandError } from './status.ts'
import { describeFailure } from './tail/failure.ts'

/** Where credentials come from, for the help of each command that needs them. */
export const CREDENTIALS_NOTE: string =
  'Credentials come from the first of these that has any, and never from flags, because flags can be seen in the process list: in the environment DIS_TOKEN, HUAWEICLOUD_SDK_IDP_ID with HUAWEICLOUD_SDK_ID_TOKEN_FILE, or HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK (and HUAWEICLOUD_SDK_SECURITY_TOKEN); a credentials file (HUAWEICLOUD_SDK_CREDENTIALS_FILE, else ~/.huaweicloud/credentials); the agency of the ECS server (metadata service); the identity of the pod.'

/**
 * @throws CommandError if there are none, or their source says no
 * @throws DisConfigError if the configuration cannot work
 */
export async function requireCredentials(options: DisOptions): Promise<void> {
  const client = createClient(options)
  try {
    await client.identify()
  } catch (error) {
    if (!(error instanceof DisCredentialsError)) throw error
    // Their source is out of order: that passes, and lines wait for it as they wait for DIS.
    if (error.reason === 'CREDENTIALS_UNAVAILABLE') return
    throw new CommandError(describeFailure(error))
  } finally {
    await client.close()
  }
}
