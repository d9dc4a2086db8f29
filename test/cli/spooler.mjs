// A program whose producer puts every line on disk first. argv[2]: { options, lines } as JSON. Says so when the lines
// are safe, and lives on until it is killed.
import { createProducer } from '@dis-logs/core'

const { options, lines } = JSON.parse(process.argv[2])
const producer = createProducer(options)
for (const line of lines) producer.write(line)
await producer.flush()
process.stdout.write('spooled\n')
setInterval(() => {}, 2_147_483_647)
