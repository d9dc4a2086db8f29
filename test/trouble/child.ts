import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Runs a script of this folder in a process of its own, with a garbage collector that can be called; what it says. */
export async function measure<T>(script: 'held.mjs' | 'cost.mjs', parameters: object): Promise<T> {
  const path = new URL(script, import.meta.url).pathname
  const child = fork(path, [JSON.stringify(parameters)], { execArgv: ['--expose-gc'] })
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`${script} ended without a result: ${code ?? signal}, ${JSON.stringify(parameters)}`)
  })
  try {
    const [result] = await Promise.race([once(child, 'message'), ended])
    return result
  } finally {
    ended.catch(() => {})
    child.kill()
  }
}

export const MIB: number = 1_048_576
