// A script that writes faster than the service takes, and waits for room as it should.
import { once } from 'node:events'
import { createProducer } from '@dis-logs/core'

const { options, lines } = JSON.parse(process.argv[2])
const producer = createProducer(options)
for (let n = 0; n < lines; n++) {
  if (!producer.write(JSON.stringify({ n, pad: 'x'.repeat(1_000) }))) await once(producer, 'drain')
}
