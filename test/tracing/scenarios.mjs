// What an application logs. It tells the test over IPC which ids each of its lines was logged with.
import { setImmediate } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { withTrace } from './recipes/trace-ids.mjs'

const tracer = trace.getTracer('app')
const logged = []

/** Logs a line that has a name. Its ids are those of the active span, or `ids`. */
function log(logger, name, ids = trace.getActiveSpan()?.spanContext()) {
  logged.push({ name, traceId: ids?.traceId ?? null, spanId: ids?.spanId ?? null })
  logger.info({ name, message: 'a line' })
}

function inSpan(name, work) {
  return tracer.startActiveSpan(name, async (span) => {
    await work()
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

/** Several requests at a time, each a trace with several lines. */
async function requests(logger, { traces, lines }) {
  async function handle(number) {
    for (let line = 0; line < lines; line++) {
      log(logger, `${number}.${line}`)
      await setImmediate()
    }
  }
  await Promise.all(Array.from({ length: traces }, (_, number) => inSpan('request', () => handle(number))))
}

/** The same without OpenTelemetry: the ids come from a header. */
async function headers(logger, { traces, lines, pad = 0 }) {
  async function handle(number, traceId, spanId) {
    for (let line = 0; line < lines; line++) {
      log(logger, `${number}.${line}${'-'.repeat(pad)}`, { traceId, spanId })
      await setImmediate()
    }
  }
  log(logger, 'before')
  const all = Array.from({ length: traces }, (_, number) => {
    const [traceId, spanId] = [hex(number + 1, 32), hex(number + 1, 16)]
    return withTrace(`00-${traceId}-${spanId}-01`, () => handle(number, traceId, spanId))
  })
  withTrace('no header of this kind', () => log(logger, 'a wrong header'))
  await Promise.all(all)
}

function hex(number, length) {
  return number.toString(16).padStart(length, '0')
}

const scenarios = { spans, requests, headers }

/** Runs it, waits until DIS has the lines, tells the test what was logged, and lets the process end. */
export async function run(logger, { scenario, ...settings }) {
  await scenarios[scenario](logger, settings)
  const isPino = typeof logger.flush === 'function'
  if (isPino) await new Promise((resolve) => logger.flush(resolve))
  process.send({ logged })
  process.disconnect()
  if (!isPino) logger.end()
}
