/** What `bin/dis-logs.mjs` starts: the process around {@link run}. */
import { processIo } from './io.ts'
import { run } from './run.ts'

// A closed stderr must not end the shipping: diagnostics are lost then, lines are not.
process.stderr.on('error', () => {})

run(process.argv.slice(2), processIo()).then(
  (status) => {
    process.exitCode = status
  },
  (error: unknown) => {
    process.stderr.write(`dis-logs: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
    process.exitCode = 1
  }
)
