/** One start of one case: the script of a child process. It loads no more than it needs: what is loaded already costs nobody anything. */
import { finish, job } from '../measure/child.mjs'
import { STARTUP_CASES } from './cases.mjs'

/** @import { Moment } from './cases.mjs' */

/** @typedef {Partial<Record<Moment, { clockMs: number, cpuMs: number }>>} Started since the start; CPU is that of all threads */

/** @type {{ name: string, sink: string, build: string }} */
const { name, sink, build } = job()
const start = STARTUP_CASES.find((known) => known.name === name)?.prepare({ sink, build })
if (start === undefined) throw new Error(`no case is called ${name}`)
// pino's worker does not keep the process alive.
setInterval(() => {}, 10_000)

/** @type {Started} */
const moments = {}
const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
await start((moment) => {
  const { user, system } = process.cpuUsage(cpuBefore)
  moments[moment] = { clockMs: performance.now() - startedAt, cpuMs: (user + system) / 1_000 }
})
finish(moments)
