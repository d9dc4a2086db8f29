import { createProducer, type DisOptions, type Producer, validateOptions } from '@dis-logs/core'

/** The functions that check options. */
const CHECKS: Readonly<Record<string, (options: DisOptions) => Producer | undefined>> = {
  createProducer,
  validateOptions(options) {
    validateOptions(options)
    return undefined
  }
}

/** What each function that checks options throws: its name, and the error; `undefined` if it takes them. */
export async function refusalsOf(options: DisOptions): Promise<(readonly [string, unknown])[]> {
  const refusals: (readonly [string, unknown])[] = []
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      await check(options)?.close()
      refusals.push([name, undefined])
    } catch (error) {
      refusals.push([name, error])
    }
  }
  return refusals
}
