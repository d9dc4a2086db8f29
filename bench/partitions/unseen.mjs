/** Each line has a key of its own, so the producer never knows where one leads before the answer. */
import { measured, RECORDS_PER_SECOND, runLoad, turnedAway } from './measured.mjs'
import { startDis, watchUntil } from './server.mjs'

const PARTITIONS = 4

/**
 * @param {{ load: number, latencyMs: number, seconds: number, burstMs: number }} given `load` in multiples of the limit
 */
export async function unseenKeys({ load, latencyMs, seconds, burstMs }) {
  const { dis } = await startDis({ partitions: PARTITIONS, latencyMs, limits: { burstMs } })
  try {
    const limit = PARTITIONS * RECORDS_PER_SECOND
    const running = runLoad({ url: dis.url, aggregate: false, keys: 'new', rates: [load * limit], seconds })
    const samples = await watchUntil(dis, running)
    const { offered } = await running
    const { from, to, perSecond } = measured(samples)
    return {
      load,
      latencyMs,
      offered: offered / limit,
      goodput: perSecond(({ accepted }) => accepted) / limit,
      rejected: turnedAway(from, to)
    }
  } finally {
    await dis.close()
  }
}
