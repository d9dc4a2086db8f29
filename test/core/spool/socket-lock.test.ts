import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machineDisk } from '../../../packages/core/src/spool/files.ts'
import { settle } from './folder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-lock-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const NEVER = (reason: string) => {
  throw new Error(`it should be a socket: ${reason}`)
}

describe('a lock', () => {
  it('is alive while it is held, and gone when it is released', async () => {
    const path = join(dir, 'a.lock')
    const lock = machineDisk.lock(path, NEVER)
    expect(statSync(path).isSocket()).toBe(true)
    expect(await machineDisk.probe(path)).toBe('alive')
    lock.release()
    expect(await machineDisk.probe(path)).toBe('released')
    expect(readdirSync(dir)).toEqual([])
  })

  it('of a thread that was terminated is refused, and its file stays', async () => {
    const path = join(dir, 'a.lock')
    const worker = new Worker(
      `const { createServer } = require('node:net'); const { parentPort, workerData } = require('node:worker_threads')
       createServer().listen({ path: workerData }, () => parentPort.postMessage('up'))`,
      { eval: true, workerData: path }
    )
    await new Promise((resolve) => worker.once('message', resolve))
    expect(await machineDisk.probe(path)).toBe('alive')
    await worker.terminate()
    // A closed socket takes its file with it; that of a killed process does not.
    expect(['refused', 'released']).toContain(await machineDisk.probe(path))
  })

  it('is found under a path that is longer than a socket may have', async () => {
    const deep = join(dir, 'd'.repeat(100), 'e'.repeat(100))
    mkdirSync(deep, { recursive: true })
    const path = join(deep, `${'a'.repeat(12)}-${'b'.repeat(16)}.lock`)
    const lock = machineDisk.lock(path, NEVER)
    expect(statSync(path).isSocket()).toBe(true)
    expect(await machineDisk.probe(path)).toBe('alive')
    lock.release()
    expect(readdirSync(deep)).toEqual([])
  })

  it('is a plain file where no socket can be made: whoever asks gets no answer, and its owner is told why', async () => {
    // Longer than any path of a socket.
    const path = join(dir, `${'a'.repeat(245)}.lock`)
    const reasons: string[] = []
    const lock = machineDisk.lock(path, (reason) => reasons.push(reason))
    await settle()
    expect(reasons).toEqual([expect.stringContaining('the path is too long for a socket')])
    expect(await machineDisk.probe(path)).toBe('unknown')
    const before = machineDisk.stat(path)?.mark
    machineDisk.touch(path, 7)
    expect(machineDisk.stat(path)?.mark).not.toBe(before)
    lock.release()
    expect(await machineDisk.probe(path)).toBe('released')
  })

  it('gives a heartbeat that a socket shows, too', () => {
    const path = join(dir, 'a.lock')
    const lock = machineDisk.lock(path, NEVER)
    machineDisk.touch(path, 41)
    expect(machineDisk.stat(path)).toMatchObject({ kind: 'other', mark: 41_000 })
    lock.release()
  })

  it('is no lock if it is something else', async () => {
    const path = join(dir, 'a.lock')
    writeFileSync(path, '')
    expect(await machineDisk.probe(path)).toBe('unknown')
  })
})
