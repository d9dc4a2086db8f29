// Each runtime × each way into DIS: a real process of the packed packages, a local DIS, and the question whether every line arrived.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from './install.mjs'
import { withDis } from './local.mjs'

const LINES = 100
const RUN_MS = 20_000
const APP = new URL('../bundles/app.mjs', import.meta.url).pathname

/** Name → the npm package with its binary, and how it runs a file. */
const RUNTIMES = {
  'node@20.19': { npm: 'node@20.19.0', binary: 'bin/node', args: [] },
  'node@22': { npm: 'node@22', binary: 'bin/node', args: [] },
  'node@24': { npm: 'node@24', binary: 'bin/node', args: [] },
  'node@26': { npm: 'node@26', binary: 'bin/node', args: [] },
  bun: { npm: 'bun@1', binary: 'bin/bun.exe', args: [] },
  deno: { npm: 'deno@2', binary: 'deno', args: ['run', '--allow-all'] }
}

export const RUNTIME_NAMES = Object.keys(RUNTIMES)

const WAYS = [
  'core',
  'core, not closed',
  'pino stream',
  'pino worker',
  'pino worker, process.exit',
  'winston',
  'winston, not ended',
  'winston, process.exit',
  'winston in-process'
]

/** The packages with their frameworks and the application, once as a module and once as CommonJS. */
export async function prepare(folder, tarballs, frameworks = ['pino@10', 'winston@3']) {
  await install(folder, [...tarballs, ...frameworks])
  const source = readFileSync(APP, 'utf8')
  writeFileSync(join(folder, 'app.mjs'), source)
  writeFileSync(
    join(folder, 'app.cjs'),
    source.replace(/^import (.+) from (.+)$/gm, 'const $1 = require($2)')
  )
}

/** Runs every way with a runtime. Yields `{ what, fault }`; `fault` is undefined if all is well. */
export async function* tryRuntime(name, folder, binaries) {
  const command = await binaryOf(name, binaries)
  yield { what: 'version', note: await versionOf(command) }
  yield* tryWays(command, folder, WAYS)
  yield { what: 'spool, SIGKILL', fault: await trySpool(command, folder) }
  yield { what: 'dis-logs ship', fault: await tryShip(command, folder) }
}

/** Runs the ways of one framework with the Node that runs this. In pino's worker stderr has to be as `workerSays` has it. */
export function tryFramework(framework, folder, workerSays) {
  const ways = WAYS.filter((way) => way.startsWith(framework))
  return tryWays({ path: process.execPath, args: [] }, folder, ways, workerSays)
}

async function* tryWays(command, folder, ways, workerSays) {
  for (const file of ['app.mjs', 'app.cjs']) {
    for (const way of ways) {
      const says = way.startsWith('pino worker') ? workerSays : undefined
      yield { what: `${file} ${way}`, fault: await tryWay(command, folder, file, way, says) }
    }
  }
}

async function binaryOf(name, binaries) {
  const { npm, binary, args } = RUNTIMES[name]
  if (name === `node@${process.versions.node.split('.')[0]}`) return { path: process.execPath, args }
  const folder = join(binaries, name)
  await install(folder, [`it@npm:${npm}`])
  return { path: join(folder, 'node_modules/it', binary), args }
}

async function versionOf({ path }) {
  const { stdout } = await run(path, ['--version'], {})
  return stdout.split('\n')[0]
}

function tryWay({ path, args }, folder, file, way, says) {
  const work = async ({ options }) => {
    const inProcess = way === 'winston in-process'
    const settings = JSON.stringify(inProcess ? { ...options, worker: false } : options)
    const all = [...args, join(folder, file), inProcess ? 'winston' : way, String(LINES), settings]
    return run(path, all, { cwd: folder })
  }
  return withDis(LINES, work, says)
}

/** What is on disk when a process is killed is sent by the next one. */
function trySpool({ path, args }, folder) {
  return withDis(LINES, async ({ options }) => {
    const dir = mkdtempSync(join(folder, 'spool-'))
    // Requests wait, so that the disk is the only way to be settled.
    const settings = JSON.stringify({
      ...options,
      spool: { dir, mode: 'always' },
      batch: { lingerMs: 5_000 }
    })
    const start = (way) =>
      run(path, [...args, join(folder, 'app.mjs'), way, String(LINES), settings], { cwd: folder })
    const killed = await start('core, killed')
    if (killed.code !== 'SIGKILL') return { ...killed, stderr: `it was not killed: ${killed.stderr}` }
    return start('core, after a kill')
  })
}

function tryShip({ path, args }, folder) {
  return withDis(LINES, async ({ env }) => {
    const input = Array.from({ length: LINES }, (_, n) => `{"n":${n}}\n`).join('')
    const script = join(folder, 'node_modules/@dis-logs/cli/bin/dis-logs.cjs')
    const { code, stderr } = await run(path, [...args, script, 'ship'], { cwd: folder, env, input })
    // The summary stands on stderr.
    return { code, stderr: code === 0 ? '' : stderr }
  })
}

/** Never rejects. */
function run(path, args, { cwd, env = {}, input = '' }) {
  return new Promise((resolve) => {
    const options = { cwd, timeout: RUN_MS, env: { ...process.env, ...env } }
    const child = execFile(path, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr })
    })
    // A process may end without having read this.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
