// What every recipe does besides: it logs numbered lines without a pause, and tells the test which ones.
import { writeSync } from 'node:fs'

let count = 0

/** Logs a line with an id of its own, and tells the test. Synchronous: it is told even if the process is killed next. */
export function logOne(log) {
  const id = `${process.pid}-${count++}`
  log(id)
  tell('logged', id)
}

/** Tells the test, which reads `name value` line by line from stdout. */
export function tell(name, value) {
  writeSync(1, `${name} ${value}\n`)
}

/** Logs for as long as the process lives, and does not keep it alive. `stop` ends it. */
export function keepLogging(log) {
  const timer = setInterval(() => {
    for (let lines = 0; lines < 3; lines++) logOne(log)
  }, 2).unref()
  return { stop: () => clearInterval(timer) }
}
