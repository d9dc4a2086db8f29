/** `pnpm soak`: see flags.ts. Status 0: every promise was kept. 1: one broke. 2: a flag is wrong. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { INSIDE_ENV, namespaceCommand } from './disk.ts'
import { HELP, parseFlags } from './flags.ts'
import { History } from './history.ts'
import { soak } from './soak.ts'

const REPORTS = fileURLToPath(new URL('reports', import.meta.url))

process.exitCode = await main()

async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2), Date.now())
  if (flags === 'help') {
    console.log(HELP)
    return 0
  }
  if ('problem' in flags) {
    console.error(flags.problem)
    return 2
  }
  const [command, ...before] = namespaceCommand() ?? []
  if (command !== undefined) return inside(command, before)
  const started = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const history = new History(REPORTS, `${started}-seed-${flags.seed}.txt`, flags.isQuiet)
  const isKept = await soak(flags, history)
  console.log(`history: ${history.path}`)
  return isKept ? 0 : 1
}

/** The same again, in a namespace in which a small disk can be mounted. */
async function inside(command: string, before: readonly string[]): Promise<number> {
  const args = [...before, process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...INSIDE_ENV } })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'exit')
  return code ?? 1
}
