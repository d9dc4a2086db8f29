// An application that listens to the channels, logs, and ends in the way that it is told.
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import pino from 'pino'
import { disOptions, relayChannels } from 'pino-dis'

const { options, ending } = JSON.parse(process.argv[2] ?? '')
const heard = []
for (const kind of ['attempt', 'rejected', 'dropped', 'warning']) {
  diagnostics.subscribe(`dis-logs:${kind}`, (message) => heard.push([kind, message]))
}
relayChannels()
const transport = pino.transport({ target: 'pino-dis', options: disOptions(options) })
const logger = pino({ base: { hostname: 'h' } }, transport)
for (let n = 0; n < 10; n++) logger.info({ n })
process.on('exit', () => process.stdout.write(JSON.stringify(heard)))
if (ending === 'end') {
  // Nothing of pino's keeps the process alive.
  const timer = setInterval(() => {}, 1_000)
  transport.end()
  await once(transport, 'close')
  clearInterval(timer)
} else if (ending === 'exit') {
  await once(transport, 'ready')
  process.exit(0)
}
