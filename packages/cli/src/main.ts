/** What `bin/dis-logs.mjs` starts: the process around {@link run}. */
import { processIo } from './io.ts'
import { run } from './run.ts'

// A closed stderr must not end the shipping: diagnostics are lost then, lines are not.
process.stderr.on('error', () => {})

// A command ends when it says so: waiting for room or for an answer keeps no process alive by itself.
const alive = setInterval(() => {}, 2_147_483_647)

run(process.argv.slice(2), processIo())
  .finally(() => clearInterval(alive))
  .then(
    (status) => {
      process.exitCode = status
    },
    (error: unknown) => {
      process.stderr.write(`dis-logs: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
      process.exitCode = 1
    }
  )
