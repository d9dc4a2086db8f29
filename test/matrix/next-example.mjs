// The project of examples/nextjs as a user has it: installed, built, its server moved to another folder, and ended by SIGTERM.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalDis } from '@dis-logs/local'
import { freePort, started } from './next.mjs'

const execute = promisify(execFile)
const EXAMPLE = new URL('../../examples/nextjs/', import.meta.url).pathname
const STEP_MS = 300_000
const ORDERS = Array.from({ length: 20 }, (_, n) => `tenant-${n}`)

/** Returns what is wrong with it, or undefined. */
export async function tryNextExample(folder, tarballs) {
  cpSync(EXAMPLE, folder, { recursive: true })
  useTarballs(join(folder, 'package.json'), tarballs)
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  await execute('npm', ['install', ...flags], { cwd: folder, timeout: STEP_MS })
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  await execute('npm', ['run', 'build'], { cwd: folder, env, timeout: STEP_MS })
  const moved = `${folder}-moved`
  cpSync(join(folder, '.next/standalone'), moved, { recursive: true, verbatimSymlinks: true })
  return run(moved)
}

async function run(cwd) {
  const dis = await createLocalDis({ streams: [{ name: 'app-logs', partitions: 3 }] })
  // Lines are under way when the signal comes.
  await dis.faults.add({ kind: 'slow', delayMs: 200 })
  const port = await freePort()
  const env = {
    ...process.env,
    DIS_ENDPOINT: dis.url,
    DIS_PROJECT_ID: 'p',
    DIS_STREAM_NAME: 'app-logs',
    DIS_TOKEN: 'T',
    HOSTNAME: '127.0.0.1',
    PORT: String(port)
  }
  const server = spawn(process.execPath, ['server.js'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  server.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  try {
    await started(server)
    const order = (tenant) => fetch(`http://127.0.0.1:${port}/orders/${tenant}`, { method: 'POST' })
    const answers = await Promise.all(ORDERS.map(order))
    const closed = once(server, 'close')
    server.kill('SIGTERM')
    await closed
    const keys = (await dis.records('app-logs')).map(({ partitionKey }) => partitionKey)
    if (answers.some(({ status }) => status !== 200)) return `answered ${answers.map(({ status }) => status)}`
    if (keys.sort().join() !== [...ORDERS].sort().join())
      return `${keys.length} of ${ORDERS.length} lines arrived`
    return stderr === '' ? undefined : `said: ${stderr.slice(0, 200)}`
  } finally {
    server.kill('SIGKILL')
    await dis.close()
  }
}

/** The example asks for our latest release: that is what was packed. Core is what they depend on. */
function useTarballs(path, tarballs) {
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  const named = (name) => `file:${tarballs.find((tarball) => tarball.includes(`/${name}-`))}`
  manifest.dependencies['pino-dis'] = named('pino-dis')
  manifest.overrides = { '@dis-logs/core': named('dis-logs-core') }
  writeFileSync(path, JSON.stringify(manifest))
}
