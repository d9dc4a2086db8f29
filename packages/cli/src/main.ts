/** What `bin/dis-logs.cjs` starts: the process around {@link run}. */
import { printable } from '@dis-logs/core'
import { processIo } from './io.ts'
import { run } from './run.ts'

// A closed stderr must not end the shipping: diagnostics are lost then, lines are not.
process.stderr.on('error', () => {})

// The library tells what nobody asked about (a credentials file that everybody can read) as a warning of the process.
// In node's own form that is two lines about node.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  const code = 'code' in warning ? `${warning.code}: ` : ''
  process.stderr.write(`dis-logs: ${printable(`${code}${warning.message}`)}\n`)
})

// A command ends when it says so: waiting for room or for an answer keeps no process alive by itself.
const alive = setInterval(() => {}, 2_147_483_647)

run(process.argv.slice(2), processIo())
  .finally(() => clearInterval(alive))
  .then(
    (status) => {
      process.exitCode = status
    },
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stderr.write(printable(`dis-logs: ${text}\n`, '\n'))
      process.exitCode = 1
    }
  )
