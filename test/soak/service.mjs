// The server of the soak: its faults change, and now and then it is gone for a while.
import { createLocalDis } from '@dis-logs/local'

const STREAM = 'soak'

const MOODS = [
  [],
  [{ kind: 'throttle', recordProbability: 0.5 }],
  [{ kind: 'throttle', recordProbability: 0.9 }],
  [{ kind: '500', probability: 0.5 }],
  [{ kind: '429', retryAfter: 1, probability: 0.3 }],
  [{ kind: 'reset-before', probability: 0.3 }],
  [{ kind: 'reset-after', probability: 0.2 }],
  [{ kind: 'slow', delayMs: 400 }],
  [{ kind: 'hang', probability: 0.3 }],
  [{ kind: '413', probability: 0.3 }],
  [{ kind: 'not-json', probability: 0.2 }],
  [{ kind: 'record-error', code: 'DIS.5000', recordProbability: 0.2 }],
  [
    { kind: 'throttle', recordProbability: 0.3 },
    { kind: '500', probability: 0.1 },
    { kind: 'reset-after', probability: 0.05 }
  ]
]

export class Service {
  #dis
  #books
  #random
  restarts = 0

  static async start(books, random) {
    const service = new Service()
    service.#books = books
    service.#random = random
    service.#dis = await start(0)
    return service
  }

  get url() {
    return this.#dis.url
  }

  async changeFaults() {
    await this.#dis.faults.clear()
    for (const fault of MOODS[Math.floor(this.#random() * MOODS.length)]) await this.#dis.faults.add(fault)
  }

  async calm() {
    await this.#dis.faults.clear()
  }

  /** What was received so far, into the books. The server forgets it only with its end. */
  async collect() {
    for (const { data } of await this.#dis.records(STREAM)) this.#books.arrived(data)
  }

  /** Ends the server, keeps what it had received, and starts another one at the same address. */
  async restart() {
    this.restarts++
    const { port } = this.#dis
    await this.#dis.faults.clear()
    // Nothing is stored any more when the records are collected, so none is stored and not counted.
    await this.#dis.faults.add({ kind: 'reset-before' })
    await this.collect()
    await this.#dis.close()
    await new Promise((resolve) => setTimeout(resolve, this.#random() * 2_000))
    this.#dis = await start(port)
  }

  async stop() {
    await this.#dis.close()
  }
}

function start(port) {
  return createLocalDis({ port, streams: [{ name: STREAM, partitions: 3 }], limits: false })
}
