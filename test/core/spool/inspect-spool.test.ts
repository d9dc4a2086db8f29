import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DisConfigError } from '../../../packages/core/src/errors.ts'
import { machineDisk } from '../../../packages/core/src/spool/files.ts'
import { inspectSpool } from '../../../packages/core/src/spool/inspect-spool.ts'
import {
  FIRST_GENERATION,
  FIRST_NUMBER,
  lockName,
  NOBODY,
  ownerName,
  partName,
  segmentName,
  targetName
} from '../../../packages/core/src/spool/names.ts'
import { writeHead } from '../../../packages/core/src/spool/segment-head.ts'

const TARGET = { origin: 'https://dis.test', projectId: 'p', streamName: 's', streamId: '' }

let dir = ''
let next = 0
const locks: { release(): void }[] = []
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'dis-logs-inspect-')))
})
afterEach(() => {
  for (const lock of locks.splice(0)) lock.release()
  rmSync(dir, { recursive: true, force: true })
})

const here = () => ownerName(machineDisk.machine, machineDisk.newId())

/** A part with one segment and no lines. */
function leavePart(owner: string): void {
  const name = {
    generation: FIRST_GENERATION + next++,
    id: machineDisk.newId(),
    target: targetName(TARGET),
    owner
  }
  mkdirSync(join(dir, partName(name)))
  writeFileSync(
    join(dir, partName(name), segmentName(FIRST_NUMBER)),
    writeHead({ ...TARGET, host: 'h', pid: 1 })
  )
}

/** The state of the only part's owner. */
async function stateOf(owner: string): Promise<string | undefined> {
  leavePart(owner)
  const { parts } = await inspectSpool(dir)
  expect(parts).toMatchObject([{ owner: { id: owner }, target: TARGET }])
  return parts[0]?.owner.state
}

describe('the owner of a part', () => {
  it('is dead when the part was given back', async () => {
    expect(await stateOf(NOBODY)).toBe('dead')
  })

  it('is alive while it holds its lock', async () => {
    const owner = here()
    locks.push(machineDisk.lock(join(dir, lockName(owner)), () => {}))
    expect(await stateOf(owner)).toBe('alive')
  })

  it('is unknown when somebody has deleted its lock, as for a producer', async () => {
    expect(await stateOf(here())).toBe('unknown')
  })

  it('is unknown on another machine', async () => {
    const owner = ownerName('f'.repeat(12), machineDisk.newId())
    expect(await stateOf(owner)).toBe('unknown')
  })

  it('is unknown when its lock is a plain file', async () => {
    const owner = here()
    writeFileSync(join(dir, lockName(owner)), '')
    expect(await stateOf(owner)).toBe('unknown')
  })
})

describe('a folder that is not there', () => {
  it('is an error that says so', async () => {
    const error = await inspectSpool(join(dir, 'missing')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DisConfigError)
    expect(String(error)).toContain('no such folder')
  })
})
