const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
const { WinstonInstrumentation } = require('@opentelemetry/instrumentation-winston')

registerInstrumentations({
  instrumentations: [
    new PinoInstrumentation({
      disableLogSending: true,
      logKeys: { traceId: 'trace.id', spanId: 'span.id', traceFlags: 'trace.flags' }
    }),
    new WinstonInstrumentation({
      disableLogSending: true,
      logHook(_span, record) {
        const { trace_id, span_id } = record
        Object.assign(record, { 'trace.id': trace_id, 'span.id': span_id })
        for (const field of ['trace_id', 'span_id', 'trace_flags']) delete record[field]
      }
    })
  ]
})
