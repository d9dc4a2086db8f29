/** Runs a case in a process of its own, and ends it by its handle when its time is over. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

/**
 * @template Job, Result
 * @param {URL} script says `process.send(result)` once and exits
 * @param {Job} job given to it as JSON
 * @param {{ timeoutMs: number, execArgv?: readonly string[], env?: Record<string, string> }} options
 * @returns {Promise<Result>} rejects if the child fails or takes too long
 */
export function runChild(script, job, { timeoutMs, execArgv = [], env = {} }) {
  return new Promise((resolve, reject) => {
    const child = fork(script, [JSON.stringify(job)], {
      execArgv: [...execArgv],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    })
    let result
    let errors = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.stderr?.on('data', (text) => {
      if (errors.length < 4_000) errors += text
    })
    child.on('message', (message) => {
      result = message
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (result !== undefined) resolve(result)
      else reject(new Error(`${describe(code, signal, timeoutMs)}\n${errors.slice(0, 2_000)}`))
    })
  })
}

/**
 * Runs several of them at once, from the same moment on: each calls {@link together} when it is ready, and goes on when all are.
 * @template Job, Result
 * @param {URL} script
 * @param {readonly Job[]} jobs one for each process
 * @param {{ timeoutMs: number }} options
 * @returns {Promise<Result[]>} in the order of the jobs; rejects if one of them fails or takes too long
 */
export async function runTogether(script, jobs, { timeoutMs }) {
  const children = jobs.map((given) =>
    fork(script, [JSON.stringify(given)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  )
  const timer = setTimeout(stop, timeoutMs)
  try {
    await Promise.all(children.map((child) => nextMessage(child, timeoutMs)))
    const results = children.map((child) => nextMessage(child, timeoutMs))
    for (const child of children) child.send(GO)
    return await Promise.all(results)
  } finally {
    clearTimeout(timer)
    // One of them has failed: the others wait for it. Of a child that has ended this is no more than a question.
    stop()
  }

  function stop() {
    for (const child of children) child.kill('SIGKILL')
  }
}

const GO = 'go'

/** In a child of {@link runTogether}: waits until all others are ready, too. */
export async function together() {
  const go = once(process, 'message')
  process.send?.('ready')
  await go
  // Its channel would keep the process alive.
  process.channel?.unref()
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} timeoutMs
 * @returns {Promise<any>}
 */
function nextMessage(child, timeoutMs) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('close', (code, signal) => reject(new Error(describe(code, signal, timeoutMs))))
  })
}

/**
 * Starts a server process that says `process.send({ url })` once it listens.
 * @param {URL} script
 * @param {unknown} job
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
export function startServer(script, job = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(script, [JSON.stringify(job)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${script.pathname} ended with status ${code}`)))
    child.once('message', (message) => {
      const { url } = /** @type {{ url: string }} */ (message)
      resolve({ url, stop: () => void child.kill() })
    })
  })
}

/** What a child was given, and how it answers: one result, then it ends, whatever its libraries keep open. */
export const job = () => JSON.parse(process.argv[2] ?? '{}')

/** @param {unknown} result */
export function finish(result) {
  process.send?.(result, () => process.exit(0))
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @param {number} timeoutMs
 */
function describe(code, signal, timeoutMs) {
  if (signal === 'SIGKILL') return `no result within ${timeoutMs / 1_000} s`
  return `ended without a result (${signal ?? `status ${code}`})`
}
