/** A thread that does one task after another. */
import { Worker } from 'node:worker_threads'

/** A task that takes longer hangs. */
const LONGEST_TASK_MS = 600_000

export class Thread {
  #worker
  #settle
  #timer

  /** @param {URL} file the bundle */
  constructor(file) {
    this.#worker = new Worker(file, {
      // An error that reaches nobody leaves Node's stack of async contexts behind; here it is a finding, and the run goes on.
      execArgv: ['--no-force-async-hooks-checks']
    })
    this.#worker.on('message', (message) => this.#settle?.(message))
    this.#worker.on('error', (error) => this.#settle?.({ error: error.stack }))
  }

  /** @param {object} task see cli/worker.ts. Rejects if it fails or hangs. */
  async run(task) {
    const message = await new Promise((resolve) => {
      this.#settle = resolve
      this.#timer = setTimeout(() => resolve({ error: `hangs: ${JSON.stringify(task)}` }), LONGEST_TASK_MS)
      this.#worker.postMessage(task)
    })
    clearTimeout(this.#timer)
    if (message.error !== undefined) throw new Error(message.error)
    return message.done
  }

  stop() {
    return this.#worker.terminate()
  }
}
