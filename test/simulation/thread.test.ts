import { describe, expect, it } from 'vitest'
import { BrokenThread, Thread } from './thread.mjs'

/** A thread that answers a task with `body`. `burn(ms)`: it works for so long. */
function threadOf(body: string, limits?: { cpuSeconds: number; seconds: number }): Thread {
  const code = `import { parentPort } from 'node:worker_threads'
    const used = () => process.cpuUsage().user + process.cpuUsage().system
    const burn = (ms) => { for (const begun = used(); used() - begun < ms * 1000; ); }
    parentPort.on('message', (task) => { ${body} })`
  return new Thread(new URL(`data:text/javascript,${encodeURIComponent(code)}`), limits)
}

const LONG = 3_600

async function errorOf(thread: Thread): Promise<unknown> {
  try {
    return await thread.run({ do: 'it' })
  } catch (error) {
    return error
  } finally {
    await thread.stop()
  }
}

describe('a thread', { timeout: 60_000 }, () => {
  it.each([
    ['is busy and reports nothing', 'for (;;);', { cpuSeconds: 1, seconds: LONG }, 'hangs: {"do":"it"}'],
    ['waits for ever', '', { cpuSeconds: LONG, seconds: 1 }, 'hangs: {"do":"it"}'],
    ['throws', "throw new Error('frogs')", undefined, 'frogs'],
    ['says that it failed', "parentPort.postMessage({ error: 'frogs' })", undefined, 'frogs'],
    ['ends in its task', 'process.exit(7)', undefined, 'the thread ended with 7']
  ])('that %s is broken', async (_, body, limits, text) => {
    const error = await errorOf(threadOf(body, limits))
    expect(error).toBeInstanceOf(BrokenThread)
    expect(String(error)).toContain(text)
  })

  it('that reports does not hang, however long its task takes', async () => {
    const body = `for (let n = 0; n < 8; n++) { burn(200); parentPort.postMessage({ isAlive: true }) }
      parentPort.postMessage({ done: 'all' })`
    expect(await errorOf(threadOf(body, { cpuSeconds: 1, seconds: LONG }))).toBe('all')
  })

  it('takes no task when it has ended', async () => {
    const thread = threadOf('process.exit(0)')
    await expect(thread.run({})).rejects.toThrow('ended with 0')
    await expect(thread.run({})).rejects.toThrow('the thread has ended')
  })
})
