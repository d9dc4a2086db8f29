// A local DIS for one run, and what is wrong with the run: its status, its stderr, or its lines.
import { createLocalDis } from '@dis-logs/local'

const STREAM = 'app-logs'

/** Options for the application, and variables for the command line. */
function wayTo(dis) {
  const options = { endpoint: dis.url, projectId: 'p', streamName: STREAM, credentials: { token: 'T' } }
  const env = { DIS_ENDPOINT: dis.url, DIS_PROJECT_ID: 'p', DIS_STREAM_NAME: STREAM, DIS_TOKEN: 'T' }
  return { options, env }
}

/** Nothing: a run that is well says nothing on stderr. */
const SILENCE = /^$/

/**
 * Starts a DIS for `work`, which gives `{ code, stderr }`. Returns the fault, or undefined if every line arrived once and stderr is as
 * `says` has it.
 */
export async function withDis(lines, work, says = SILENCE) {
  const dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }] })
  try {
    const { code, stderr } = await work(wayTo(dis))
    const records = await dis.records(STREAM)
    const numbers = new Set(records.map(({ data }) => JSON.parse(data.toString('utf8')).n))
    if (code !== 0) return `ended with ${code}: ${firstLine(stderr)}`
    if (records.length !== lines || numbers.size !== lines)
      return `${records.length} of ${lines} lines arrived`
    return says.test(stderr) ? undefined : `said: ${firstLine(stderr)}`
  } finally {
    await dis.close()
  }
}

function firstLine(text) {
  return text.trim().split('\n')[0]?.slice(0, 200)
}
