// An application with producers in threads, for what takes a process of its own.
// argv[2]: { scenario, options, lines } as JSON. What it prints is JSON, one value a line.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { createWorkerProducer } from '@dis-logs/core/worker'

const { scenario, options, lines = 0 } = JSON.parse(process.argv[2])
const started = once(process, 'worker')
const producers = options.map((one) => createWorkerProducer(one))
const [producer] = producers
const pad = 'x'.repeat(10_000)
let next = 0

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

function log(count) {
  for (let n = 0; n < count; n++) for (const one of producers) one.write(JSON.stringify({ n: next + n }))
  next += count
}

const scenarios = {
  exit: () => {
    log(lines)
    process.exit(0)
  },
  'a line in an exit handler': () => {
    process.on('exit', () => {
      log(1)
      print(producer.stats())
    })
    log(lines)
  },
  'a listener that writes at each drain': () => {
    let drains = 0
    producer.on('drain', () => {
      if (++drains > 1_000) process.exit(3)
      log(1)
    })
    log(lines)
  },
  'a writer who waits': async () => {
    let waits = 0
    let most = 0
    for (let n = 0; n < lines; n++) {
      if (!producer.write(JSON.stringify({ n, pad }))) {
        waits++
        await once(producer, 'drain')
      }
      most = Math.max(most, producer.stats().bufferedBytes)
    }
    print({ waits, most })
  },
  'exit beside a dead thread': async () => {
    const [thread] = await started
    const ended = thread.terminate()
    log(lines)
    await ended
    process.exit(0)
  },
  'flush and close beside a stuck thread': async () => {
    log(lines)
    await producer.flush({ timeoutMs: 300 })
    writeFileSync(process.env.STUCK_FILE, '')
    // No answer: it is stuck.
    await setTimeout(300)
    const flushed = producer.flush()
    print([await producer.close({ timeoutMs: 0 }), await flushed])
  }
}

await scenarios[scenario]()
