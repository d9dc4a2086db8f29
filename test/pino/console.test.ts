import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { PlainDisOptions } from '@dis-logs/core'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from '../e2e/arrivals.ts'
import { droppedIn } from './child.ts'

let dis: LocalDis
afterEach(() => dis.close())

async function serve(faults: Fault[] = []): Promise<void> {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false, faults })
}

interface App {
  readonly options?: PlainDisOptions
  readonly lines: number
  readonly pretty?: boolean
  readonly waits?: boolean
  readonly pad?: string
}

interface Running {
  readonly child: ChildProcess
  /** Lines on the console so far. */
  readonly printed: string[]
  stderr(): string
  /** Resolves when the console has so many lines. */
  has(lines: number): Promise<void>
  said(field: string): Promise<Readonly<Record<string, unknown>>>
}

function start({ options, ...app }: App): Running {
  const file = new URL('console.mjs', import.meta.url).pathname
  const argument = JSON.stringify({ ...app, options: optionsFor(dis, options) })
  const child = fork(file, [argument], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const printed: string[] = []
  let stderr = ''
  let grown = () => {}
  if (child.stdout === null) throw new Error('there is no pipe')
  createInterface(child.stdout).on('line', (line) => {
    printed.push(line)
    grown()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  return {
    child,
    printed,
    stderr: () => stderr,
    has: (lines) =>
      new Promise((resolve) => {
        grown = () => printed.length >= lines && resolve()
        grown()
      }),
    said: (field) =>
      new Promise((resolve) => {
        const hear = (message: Record<string, unknown>) => {
          if (!(field in message)) return
          child.off('message', hear)
          resolve(message)
        }
        child.on('message', hear)
      })
  }
}

describe('DIS beside the console', () => {
  it.each(['leave', 'exit'])(
    'shows the console’s lines while DIS hangs, ends (%s), and every line is in the books',
    async (order) => {
      await serve([{ kind: 'hang' }])
      const app = start({ options: { closeTimeoutMs: 500 }, lines: 1_000 })
      await app.has(2_000)
      app.child.send(order)
      expect(await once(app.child, 'close')).toEqual([0, null])
      expect(app.printed).toHaveLength(2_000)
      expect(droppedIn(app.stderr())).toBe(1_000)
    }
  )

  it.each([false, true])('is a barrier, and each has the lines of its level (pretty: %s)', async (pretty) => {
    await serve([{ kind: 'slow', delayMs: 200 }])
    const app = start({ lines: 500, pretty, options: { batch: { lingerMs: 60_000 } } })
    await app.said('logged')
    app.child.send('flush')
    expect(await app.said('report')).toMatchObject({
      report: { delivered: 500, pending: 0 },
      stats: { written: 500, delivered: 500 }
    })
    const arrived = await arrivals(dis)
    expect(compare(arrived, 500)).toEqual({ missing: [], repeated: [] })
    expect(arrived.every(({ line }) => line['msg'] === 'for both')).toBe(true)
    app.child.send('leave')
    expect(await once(app.child, 'close')).toEqual([0, null])
    expect(app.printed.filter((line) => line.includes('for the console alone'))).toHaveLength(500)
    expect(app.printed.filter((line) => line.includes('INFO')).length).toBe(pretty ? 500 : 0)
    expect(app.stderr()).toBe('')
  })

  it('lets a script wait for room: nothing is dropped, however small the buffer', async () => {
    await serve([{ kind: 'slow', delayMs: 5 }])
    const options = { buffer: { maxBytes: 500_000 }, closeTimeoutMs: 60_000 }
    const app = start({ lines: 30_000, waits: true, pad: 'x'.repeat(300), options })
    await app.said('logged')
    app.child.send('leave')
    expect(await once(app.child, 'close')).toEqual([0, null])
    expect(compare(await arrivals(dis), 30_000)).toEqual({ missing: [], repeated: [] })
    expect(app.stderr()).toBe('')
  }, 60_000)

  it('hears what happens to its lines', async () => {
    await serve([{ kind: 'hang' }])
    const options: PlainDisOptions = {
      buffer: { maxBytes: 65_536, onFull: 'dropNewest' },
      closeTimeoutMs: 100
    }
    const app = start({ lines: 2_000, options })
    expect(await app.said('dropped')).toMatchObject({ dropped: { reason: 'buffer-full' } })
    await app.has(4_000)
    app.child.send('exit')
    await once(app.child, 'close')
  })
})
