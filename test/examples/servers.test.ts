import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inspectSpool } from '@dis-logs/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSite, type Program, portOf, type Site } from './example.ts'

const WAIT = { timeout: 10_000, interval: 50 }
const ORDERS = Array.from({ length: 20 }, (_, n) => `tenant-${n}`)
const SERVERS = ['fastify', 'express-winston', 'koa', 'hono']
/** They are TypeScript. */
const BUILT = ['nestjs-pino', 'nestjs-winston']
let site: Site

beforeEach(async () => {
  // Slow, so that lines are on their way when the signal comes.
  site = await openSite([{ kind: 'slow', delayMs: 200 }])
})
afterEach(() => site.close())

describe('a server logs, is told to end, and every line arrives', () => {
  it.each([...SERVERS, ...BUILT])('%s', async (example) => {
    if (BUILT.includes(example)) await site.run(example, 'build')
    const server = site.start(example)
    const port = await portOf(site, server)
    const answers = ORDERS.map(async (tenant) => {
      const response = await fetch(`http://127.0.0.1:${port}/orders/${tenant}`, { method: 'POST' })
      return response.json()
    })
    expect(await Promise.all(answers)).toEqual(ORDERS.map((tenant) => ({ tenant, accepted: true })))
    server.process.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0, signal: null, stderr: '' })

    const received = (await site.lines()).filter(({ msg, message }) => (msg ?? message) === 'order received')
    expect(received.map(({ tenant }) => tenant).sort()).toEqual([...ORDERS].sort())
    // What the example says about the key is true.
    const keys = (await site.dis.records('app-logs')).map(({ partitionKey }) => partitionKey)
    expect(keys).toEqual(expect.arrayContaining(ORDERS))
  })
})

describe('cluster', () => {
  it('workers are killed while the service hangs: those that take their place send what they left in the spool', async () => {
    const server = site.start('cluster', 'start', { WORKERS: '2' })
    const port = await portOf(site, server)
    await site.dis.faults.clear()
    await site.dis.faults.add({ kind: 'hang' })
    const ask = async (name: string) => (await fetch(`http://127.0.0.1:${port}/${name}`)).text()
    expect(await Promise.all(ORDERS.map(ask))).toEqual(ORDERS.map(() => 'accepted'))
    // The primary has a part of its own in the folder, for its own lines.
    await vi.waitFor(async () => {
      const { parts } = await inspectSpool(join(site.folder, 'spool'))
      const ofWorkers = parts.filter(({ writer }) => writer?.pid !== server.process.pid)
      expect(ofWorkers.reduce((sum, { lines }) => sum + lines, 0)).toBe(ORDERS.length)
    }, WAIT)
    for (const pid of await workersOf(server)) process.kill(pid, 'SIGKILL')
    await site.dis.faults.clear()
    await vi.waitFor(
      async () => expect(await orders()).toEqual(ORDERS.map((name) => `/${name}`).sort()),
      WAIT
    )

    server.process.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0, signal: null })
  })
})

/** Each once: what was under way at the kill may have been stored. */
async function orders(): Promise<unknown[]> {
  const received = (await site.lines()).filter(({ msg }) => msg === 'order received')
  return [...new Set(received.map(({ url }) => url))].sort()
}

async function workersOf({ process: { pid } }: Program): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(pid)])
  return stdout.trim().split(/\s+/).map(Number)
}
