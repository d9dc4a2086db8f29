/** A server in the background, stopped by way of the process that started it: npx, or a script. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BIN } from './program.ts'

let folder = ''
const pids: number[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-orphan-'))
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(BIN, join(folder, 'node_modules/.bin/dis-logs'))
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
})
afterEach(() => {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
  rmSync(folder, { recursive: true, force: true })
})

interface Started {
  readonly wrapper: ChildProcess
  readonly url: string
}

/** Starts a wrapper, and waits for what it says: the pid of the server if it knows that, and the address. */
async function start(file: string, args: readonly string[]): Promise<Started> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder }
  const wrapper = spawn(file, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  // A group of its own, as a shell on a terminal gives its jobs. What a failure leaves is ended with it.
  if (wrapper.pid !== undefined) pids.push(-wrapper.pid)
  for await (const line of createInterface(wrapper.stdout)) {
    if (line.startsWith('http://')) return { wrapper, url: line }
    if (/^\d+$/.test(line)) pids.push(Number(line))
  }
  throw new Error(`${file} ended without an address`)
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/v2/p/streams`).then(
    ({ ok }) => ok,
    () => false
  )

const NPX = ['--no-install', 'dis-logs', 'local', '--port', '0']

it('under npx it ends when npx alone is told to end', async () => {
  const { wrapper, url } = await start('npx', NPX)
  expect(await answers(url)).toBe(true)
  wrapper.kill('SIGTERM')
  await expect.poll(() => answers(url), { timeout: 15_000 }).toBe(false)
})

it('under npx it ends at a Ctrl+C, which all of them get', async () => {
  const { wrapper, url } = await start('npx', NPX)
  process.kill(-Number(wrapper.pid), 'SIGINT')
  await expect.poll(() => answers(url), { timeout: 15_000 }).toBe(false)
})

// A shell that has something left to do stays, and waits.
const script = (flags: string) => `"$0" "$1" local --port 0 ${flags} & echo $!; wait $!; echo ended`

it('with --stop-with-parent it ends when the script is ended that waits for it', async () => {
  const { wrapper, url } = await start('sh', ['-c', script('--stop-with-parent'), process.execPath, BIN])
  wrapper.kill('SIGTERM')
  await expect.poll(() => answers(url), { timeout: 15_000 }).toBe(false)
})

it('else it outlives the script that started it, for those who start it for what comes after', async () => {
  const { wrapper, url } = await start('sh', ['-c', script(''), process.execPath, BIN])
  wrapper.kill('SIGTERM')
  // Longer than the look for a parent takes with the flag.
  for (let n = 0; n < 15; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await answers(url)).toBe(true)
  }
})
