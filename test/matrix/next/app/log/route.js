import pino from 'pino'
import { disStream } from 'pino-dis'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

export const dynamic = 'force-dynamic'

/** A logger, and a promise of all that it has logged. */
function make(way) {
  const options = JSON.parse(process.env.DIS_OPTIONS)
  if (way.startsWith('winston')) {
    const transport = new DisTransport({ ...options, worker: way === 'winston' })
    return [winston.createLogger({ transports: [transport] }), () => transport.flush()]
  }
  if (way === 'pino stream') {
    const stream = disStream(options)
    return [pino(stream), () => stream.flush()]
  }
  const logger = pino(pino.transport({ target: 'pino-dis', options }))
  return [logger, () => new Promise((resolve) => logger.flush(resolve))]
}

export async function GET(request) {
  const [logger, flush] = make(new URL(request.url).searchParams.get('way'))
  for (let n = 0; n < Number(process.env.LINES); n++) logger.info({ message: 'order accepted', n })
  await flush()
  return Response.json({ ok: true })
}
