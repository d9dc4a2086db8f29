/** The recipe for a container: it is linted, and its command is run, as a program of this machine. Nothing is built. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { ValidationSeverity, validate } from 'dockerfile-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { BIN } from '../cli/program.ts'

const folder = new URL('../../packages/local/container/', import.meta.url)
const dockerfile = readFileSync(new URL('Dockerfile', folder), 'utf8')

/** The list that stands behind an instruction, such as `ENTRYPOINT ["a", "b"]`, at the beginning of a line. */
function listOf(instruction: string): string[] {
  const [, json = '[]'] = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile) ?? []
  return JSON.parse(json)
}

const [program = '', ...entry] = listOf('ENTRYPOINT')

let running: ChildProcess | undefined
afterEach(() => running?.kill('SIGKILL'))

/** Starts the command of the image at a free port, for this machine only; resolves with its address. */
async function run(flags: readonly string[]): Promise<string> {
  running = spawn(process.execPath, [BIN, ...entry, ...flags, '--port', '0', '--host', '127.0.0.1'], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  for await (const line of createInterface({ input: running.stdout ?? process.stdin })) return line
  throw new Error('it ended without an address')
}

/** Status of an answer to a request under a name. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  const { port } = new URL(url)
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/v2/p/streams/app-logs', headers: { host } }, (answer) =>
      resolve(answer.resume().statusCode)
    )
      .once('error', reject)
      .end()
  })
}

describe('the Dockerfile of the local DIS', () => {
  it('has nothing that the linter finds', () => {
    const found = validate(dockerfile, { instructionWorkdirRelative: ValidationSeverity.ERROR })
    expect(found.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([])
    // The linter works.
    expect(validate(`${dockerfile}\nENTRYPONT ["x"]\n`)).toHaveLength(1)
  })

  it('pins the major version of Node and the release, runs as nobody special, and needs no shell', () => {
    expect(dockerfile).toMatch(/^FROM node:(?:22|24)-alpine$/m)
    expect(dockerfile).toMatch(/^ARG DIS_LOGS_VERSION=\d+\.\d+\.\d+$/m)
    expect(dockerfile.indexOf('USER node')).toBeGreaterThan(dockerfile.indexOf('RUN npm install'))
    expect(program).toBe('/opt/dis-logs/node_modules/.bin/dis-logs')
  })

  it('has a command that listens for other containers, by the name that they use, and ends at SIGTERM', async () => {
    const url = await run(listOf('CMD'))
    expect(entry.join(' ')).toBe('local --host 0.0.0.0 --allow-host dis')
    expect(await statusFor(url, 'dis:4870')).toBe(200)
    expect(await statusFor(url, 'localhost:4870')).toBe(200)
    expect(await statusFor(url, 'elsewhere.example:4870')).toBe(403)
    const ended = new Promise((resolve) => running?.once('exit', resolve))
    running?.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  it('asks for its health where it listens, and takes a refusal for an answer', async () => {
    const url = await run(['--no-viewer'])
    // Behind HEALTHCHECK, on a line of its own.
    const [, ...args] = listOf(' {2}CMD')
    const check = (address: string) =>
      new Promise((resolve) => {
        const own = args.map((text) => text.replace('http://127.0.0.1:4870', address))
        spawn(process.execPath, own).once('exit', resolve)
      })
    expect(await check(url)).toBe(0)
    running?.kill('SIGKILL')
    await new Promise((resolve) => running?.once('exit', resolve))
    expect(await check(url)).toBe(1)
  })
})

it('compose and README say what the Dockerfile does', () => {
  const [compose, readme] = ['compose.yaml', 'README.md'].map((name) =>
    readFileSync(new URL(name, folder), 'utf8')
  )
  const [, port] = /^EXPOSE (\d+)$/m.exec(dockerfile) ?? []
  expect(compose).toContain(`- 127.0.0.1:${port}:${port}`)
  expect(compose).toContain(`DIS_ENDPOINT: http://dis:${port}`)
  expect(readme).toContain(`-p 127.0.0.1:${port}:${port} local-dis`)
  const [, release] = /^ARG DIS_LOGS_VERSION=(.*)$/m.exec(dockerfile) ?? []
  expect(compose).toContain(`@dis-logs/cli@${release} ship`)
})
