// A Next application as a standalone server, moved to a folder of its own: once with nothing set, and once with the recipe of
// docs/bundling.md. And examples/nextjs.
import { execFile, spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { install, versionOf } from './install.mjs'
import { withDis } from './local.mjs'
import { tryNextExample } from './next-example.mjs'

export const NEXT = 'next'

const execute = promisify(execFile)
const FIXTURE = new URL('next/', import.meta.url).pathname
const LINES = 100
const BUILD_MS = 300_000
const START_MS = 30_000

/** With nothing set the transport finds no thread and says so; pino's worker cannot find its target. */
const CASES = [
  { recipe: false, ways: ['winston in-process', 'pino stream'] },
  { recipe: true, ways: ['winston', 'winston in-process', 'pino stream', 'pino worker'] }
]

export async function* tryNext(folder, tarballs) {
  await install(folder, [...tarballs, 'pino@10', 'winston@3', 'next@16', 'react@19', 'react-dom@19'])
  cpSync(FIXTURE, folder, { recursive: true })
  yield { what: 'version', note: versionOf(folder, 'next') }
  for (const { recipe, ways } of CASES) {
    const server = await build(folder, recipe)
    const name = recipe ? 'recipe' : 'plain'
    for (const way of ways) yield { what: `${name}: ${way}`, fault: await tryWay(server, way) }
    if (!recipe) yield { what: `${name}: winston`, fault: await expectsWarning(server) }
  }
  yield { what: 'examples/nextjs', fault: await tryNextExample(join(folder, '../next-example'), tarballs) }
}

async function build(folder, recipe) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', RECIPE: recipe ? '1' : '' }
  await execute('npx', ['next', 'build'], { cwd: folder, env, timeout: BUILD_MS })
  const server = join(folder, '..', recipe ? 'next-recipe' : 'next-plain')
  rmSync(server, { recursive: true, force: true })
  cpSync(join(folder, '.next/standalone'), server, { recursive: true, verbatimSymlinks: true })
  return server
}

function tryWay(server, way) {
  return withDis(LINES, ({ options }) => ask(server, way, options))
}

/** Without a recipe winston-dis has no thread: it says so once, and every line arrives. */
async function expectsWarning(server) {
  let said = ''
  const fault = await withDis(LINES, async ({ options }) => {
    const { code, stderr } = await ask(server, 'winston', options)
    said = stderr
    return { code, stderr: '' }
  })
  if (fault !== undefined) return fault
  const warnings = said.match(/^\[dis-logs\] WORKER: .*$/gm) ?? []
  return warnings.length === 1 ? undefined : `${warnings.length} warnings: ${said.slice(0, 200)}`
}

/** Starts the server, has it log, and ends it. */
async function ask(server, way, options) {
  const port = await freePort()
  const env = {
    ...process.env,
    PORT: String(port),
    HOSTNAME: '127.0.0.1',
    LINES: String(LINES),
    DIS_OPTIONS: JSON.stringify(options)
  }
  const child = spawn(process.execPath, ['server.js'], {
    cwd: server,
    env,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  try {
    await started(child)
    const url = `http://127.0.0.1:${port}/log?way=${encodeURIComponent(way)}`
    const { status } = await fetch(url, { signal: AbortSignal.timeout(START_MS) })
    return { code: status === 200 ? 0 : status, stderr }
  } catch (error) {
    return { code: error.message, stderr }
  } finally {
    child.kill()
    await closed
  }
}

/** Next says on stdout when it listens. */
export function started(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the server does not start')), START_MS)
    child.once('exit', () => reject(new Error('the server ended')))
    child.stdout.on('data', (chunk) => {
      if (!String(chunk).includes('Ready')) return
      clearTimeout(timer)
      resolve()
    })
  })
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
