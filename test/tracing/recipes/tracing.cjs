const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
const { WinstonInstrumentation } = require('@opentelemetry/instrumentation-winston')
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base')

// If you have an SDK of OpenTelemetry, it does these two steps.
context.setGlobalContextManager(new AsyncLocalStorageContextManager())
trace.setGlobalTracerProvider(new BasicTracerProvider())

registerInstrumentations({
  instrumentations: [
    // The log goes to DIS. If it also went to OpenTelemetry, `logger.flush` of pino would call back at once.
    new PinoInstrumentation({ disableLogSending: true }),
    new WinstonInstrumentation({ disableLogSending: true })
  ]
})
