// An application under attack. It does what the test says over IPC, and tells what it sees.
// argv[2]: { app, options } as JSON. Each line carries the name of the application, a number and a key.
import { once } from 'node:events'
import { hostname } from 'node:os'
import { createProducer, DisConfigError, validateOptions } from '@dis-logs/core'

const { app, options } = JSON.parse(process.argv[2])

// Synchronous, so that it is told even if the next line is the last.
const tell = (message) => process.send?.(message)

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    tell({ crash: `${event}: ${error?.stack ?? error}` })
    process.exit(70)
  })
}

const producer = construct()

function construct() {
  try {
    return createProducer(options)
  } catch (error) {
    const { name, message, problems = [] } = error
    tell({ refused: { name, message, problems, isRefusedByValidation: isRefusedByValidation() } })
    process.exit(0)
  }
}

function isRefusedByValidation() {
  try {
    validateOptions(options)
    return false
  } catch (error) {
    return error instanceof DisConfigError && error.option === 'spool.dir'
  }
}

producer.on('warning', (warning) => tell({ warning }))
producer.on('dropped', (dropped) => tell({ dropped }))

function write(n, { keys = 7, bytes = 0 }) {
  return producer.write(JSON.stringify({ app, n, key: `${app}-${n % keys}`, pad: 'x'.repeat(bytes) }))
}

const commands = {
  /** Writes lines at once, whatever `write` returns. */
  write({ from, count, ...shape }) {
    for (let n = from; n < from + count; n++) write(n, shape)
  },

  /** Writes lines for a time, and waits for `drain` where it has to. Tells the number of the next line. */
  async load({ from, perTick, tickMs, forMs, tellsSettled = false, ...shape }) {
    const endAt = performance.now() + forMs
    let longestTickCpuMs = 0
    let n = from
    while (performance.now() < endAt) {
      const before = process.cpuUsage()
      let drained
      for (let line = 0; line < perTick; line++) {
        if (!write(n++, shape)) drained ??= once(producer, 'drain')
      }
      // The spool writes in a microtask.
      await Promise.resolve()
      const { user, system } = process.cpuUsage(before)
      longestTickCpuMs = Math.max(longestTickCpuMs, (user + system) / 1_000)
      if (tellsSettled) await producer.flush()
      tell({ written: n, ...(tellsSettled && { settled: n }), isBlocked: drained !== undefined })
      await drained
      await new Promise((resolve) => setTimeout(resolve, tickMs))
    }
    return { next: n, longestTickCpuMs }
  },

  flush: (given) => producer.flush(given),
  stats: () => producer.stats(),
  chdir: ({ path }) => process.chdir(path),
  /** Only with shifted-clock.mjs. */
  shiftClock: ({ byMs }) => globalThis.shiftClock(byMs),

  async close() {
    const report = await producer.close()
    return { report, stats: producer.stats() }
  }
}

process.on('message', async ({ id, command, given }) => {
  const value = await commands[command](given)
  tell({ id, value: value ?? null })
  if (command === 'close') process.disconnect()
})
tell({ ready: { pid: process.pid, hostname: hostname() } })
