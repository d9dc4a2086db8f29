// What an application logs. It tells the test over IPC with which ids, or as which texts.
import { setImmediate } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { logErrors, logRecords } from './fields.mjs'
import { withTrace } from './recipes/trace-ids.mjs'
import { holdUp, textsOf } from './writing.mjs'

const tracer = trace.getTracer('app')
const logged = []
/** The most lines that waited in a logger of winston. */
let waiting = 0

/** Logs a line that has a name. Its ids are those of the active span, or `ids`. */
function log(logger, name, { pad = 0, ...ids } = { ...trace.getActiveSpan()?.spanContext() }) {
  logged.push({ name, traceId: ids.traceId ?? null, spanId: ids.spanId ?? null })
  logger.info({ name, message: 'a line', pad: '-'.repeat(pad) })
  waiting = Math.max(waiting, logger.writableLength ?? 0)
}

function inSpan(name, work) {
  return tracer.startActiveSpan(name, async (span) => {
    await work(span.spanContext())
    span.end()
  })
}

/** Lines outside of a span, in one, in one inside of it, and of a child logger, each after another turn of the loop. */
async function spans(logger) {
  log(logger, 'before')
  await inSpan('outer', async () => {
    log(logger, 'outer')
    await setImmediate()
    await inSpan('inner', async () => {
      await setImmediate()
      log(logger, 'inner')
      log(logger.child({ child: true }), 'of a child')
    })
    log(logger, 'outer again')
    context.with(trace.deleteSpan(context.active()), () => log(logger, 'left'))
  })
  log(logger, 'after')
}

async function handle(logger, number, { traceId, spanId }, { lines, pad }) {
  for (let line = 0; line < lines; line++) {
    log(logger, `${number}.${line}`, { traceId, spanId, pad })
    await setImmediate()
  }
}

/** Several requests at a time, each a trace with several lines. */
async function requests(logger, { traces, ...rest }) {
  const numbers = Array.from({ length: traces }, (_, number) => number)
  await Promise.all(numbers.map((number) => inSpan('request', (ids) => handle(logger, number, ids, rest))))
}

/** The same without OpenTelemetry: the ids come from a header. */
async function headers(logger, { traces, ...rest }) {
  log(logger, 'before')
  const all = Array.from({ length: traces }, (_, number) => {
    const hex = (number + 1).toString(16)
    const ids = { traceId: hex.padStart(32, '0'), spanId: hex.padStart(16, '0') }
    return withTrace(`00-${ids.traceId}-${ids.spanId}-01`, () => handle(logger, number, ids, rest))
  })
  withTrace('no header of this kind', () => log(logger, 'a wrong header'))
  await Promise.all(all)
}

const scenarios = { spans, requests, headers, records: logRecords, errors: logErrors }

/** Runs it, waits until DIS has the lines of pino, tells the test what was logged, and lets the process end. */
export async function run(logger, { scenario, held = false, ...settings }) {
  const isPino = typeof logger.flush === 'function'
  if (held) holdUp(logger)
  const texts = textsOf(logger)
  await scenarios[scenario](logger, settings)
  if (isPino) await new Promise((resolve) => logger.flush(resolve))
  else logger.end()
  process.send({ logged, texts, waiting })
  process.disconnect()
}
