// The instrumentation of pino with its defaults.
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')

registerInstrumentations({ instrumentations: [new PinoInstrumentation()] })
