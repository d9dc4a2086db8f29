/** A thread that does one task after another. */
import { Worker } from 'node:worker_threads'

/**
 * A thread that reports nothing for so long hangs. A run takes 0.2 s or so. CPU time is that of the process, shared by its threads: on
 * a machine that is busy with other things it stands still, where a clock would run on. The clock is for a thread that waits for ever.
 */
const LIMITS = { cpuSeconds: 120, seconds: 6 * 3_600 }
const LOOK_MS = 1_000

/** The thread itself is broken: that says nothing about the code that it runs. */
export class BrokenThread extends Error {}

let running = 0

export class Thread {
  #worker
  #limits
  #settle
  #isOver = false
  #heard = { cpu: 0, at: 0 }

  /** @param {URL} file the bundle */
  constructor(file, limits = LIMITS) {
    this.#limits = limits
    this.#worker = new Worker(file, {
      // An error that reaches nobody leaves Node's stack of async contexts behind; here it is a finding, and the run goes on.
      execArgv: ['--no-force-async-hooks-checks']
    })
    this.#worker.on('message', (message) => {
      if (message.isAlive) this.#heard = now()
      else this.#settle?.(message)
    })
    this.#worker.on('error', (error) => this.#end(error.stack ?? String(error)))
    this.#worker.on('exit', (code) => this.#end(`the thread ended with ${code}`))
  }

  /** @param {object} task see cli/worker.ts. Rejects with a BrokenThread if it fails or hangs. */
  async run(task) {
    if (this.#isOver) throw new BrokenThread('the thread has ended')
    running++
    this.#heard = now()
    let timer
    const message = await new Promise((resolve) => {
      this.#settle = resolve
      timer = setInterval(() => {
        if (this.#hangs()) resolve({ error: `hangs: ${JSON.stringify(task)}` })
      }, LOOK_MS)
      this.#worker.postMessage(task)
    })
    clearInterval(timer)
    running--
    if (message.error !== undefined) throw new BrokenThread(message.error)
    return message.done
  }

  stop() {
    return this.#worker.terminate()
  }

  #end(error) {
    this.#isOver = true
    this.#settle?.({ error })
  }

  #hangs() {
    const { cpu, at } = now()
    const { cpuSeconds, seconds } = this.#limits
    return (cpu - this.#heard.cpu) / running > cpuSeconds || at - this.#heard.at > seconds
  }
}

/** In seconds. */
function now() {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1e6, at: performance.now() / 1_000 }
}
