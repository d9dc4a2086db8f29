// What every recipe does besides: it logs numbered lines, and tells the test which ones.
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

let count = 0

/** Logs a line with an id of its own, and tells the test. Synchronous: it is told even if the process is killed next. */
export function logOne(log) {
  const id = `${process.pid}-${count++}`
  log(id)
  tell('logged', id)
}

/** Tells the test, which reads `name value` line by line from stdout. */
export function tell(name, value) {
  for (;;) {
    try {
      writeSync(1, `${name} ${value}\n`)
      return
    } catch (error) {
      // The pipe is full: somebody has opened it as a stream, so that a write does not wait.
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

/** Logs without a pause for as long as the process lives, and does not keep it alive. `stop` ends it. */
export function keepLogging(log) {
  const timer = setInterval(() => {
    for (let lines = 0; lines < 3; lines++) logOne(log)
  }, 2).unref()
  return { stop: () => clearInterval(timer) }
}

/** Logs for a few turns of the event loop. */
export async function logSome(log) {
  for (let lines = 0; lines < 10; lines++) {
    logOne(log)
    await setImmediate()
  }
}

/** A request that is still open when the process is told to end. The lines that it logs come after that. */
export async function slowly(log) {
  const listening = new AbortController()
  const asked = ['SIGTERM', 'SIGINT', 'message'].map((name) =>
    once(process, name, { signal: listening.signal }).catch(() => {})
  )
  tell('request', 'open')
  await Promise.race(asked)
  // A listener to messages would keep the process alive.
  listening.abort()
  await logSome(log)
  return 'hello'
}

/** Tells the test where the server listens. */
export function announce(server) {
  const tellPort = () => tell('port', server.address().port)
  if (server.listening) tellPort()
  else server.once('listening', tellPort)
}
