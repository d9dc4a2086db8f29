// An application with a producer: prints its events as JSON on stdout; what core writes by itself goes to stderr.
import { channels, createProducer } from '@dis-logs/core'

const producer = createProducer({ retry: { baseMs: 1, probeIntervalMs: 1_000 }, batch: { lingerMs: 0 } })
const events = []
const told = {}
for (const name of ['rejected', 'warning']) {
  channels[name].subscribe(({ message }) => {
    told[name] = message
  })
  producer.on(name, ({ message }) => events.push({ name, message, channel: told[name] }))
}
producer.write('poison')
await producer.flush()
await producer.close()
process.stdout.write(JSON.stringify(events))
