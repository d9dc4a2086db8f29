/** Dispatch: which command, and which exit status its end means. */
import { readFileSync } from 'node:fs'
import { DisConfigError } from '@dis-logs/core'
import type { Command } from './command.ts'
import { type Flags, parseFlags } from './flags.ts'
import { commandHelp, programHelp } from './help.ts'
import type { Io } from './io.ts'
import { describeConfigError } from './options.ts'
import { complain } from './output.ts'
import { CommandError, STATUS, UsageError } from './status.ts'

const COMMANDS: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  ship: {
    summary: 'send lines from stdin or files to a stream',
    load: async () => (await import('./commands/ship.ts')).ship
  },
  tail: {
    summary: 'print the records of a stream as they arrive',
    load: async () => (await import('./commands/tail.ts')).tail
  },
  top: {
    summary: 'show what streams take against their limits, and the lag of consumers',
    load: async () => (await import('./commands/top.ts')).top
  },
  doctor: {
    summary: 'check the way to a stream, and say what to mend',
    load: async () => (await import('./commands/doctor.ts')).doctor
  },
  replay: {
    summary: 'send dead letters again, or what waits in the folder of a spool',
    load: async () => (await import('./commands/replay.ts')).replay
  },
  spool: {
    summary: 'show what waits in the folder of a spool',
    load: async () => (await import('./commands/spool.ts')).spool
  },
  local: {
    summary: 'run a local DIS for development and tests',
    load: async () => (await import('./commands/local.ts')).local
  }
}

const PROGRAM_FLAGS: Flags = {
  help: { type: 'boolean', short: 'h', help: '' },
  version: { type: 'boolean', short: 'v', help: '' }
}

/**
 * Runs a command line (without the program's name) and gives its exit status. Rejects for bugs only.
 * Configuration and credentials come from `process.env`.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [name = '', ...args] = argv
  try {
    if (name === '' || name.startsWith('-')) return runProgram(argv, io)
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (entry === undefined) throw new UsageError(`unknown command ${name}; allowed: ${commandNames()}`)
    const command = await entry.load()
    if (wantsHelp(args)) {
      io.stdout.write(commandHelp(name, command.help))
      return STATUS.ok
    }
    return await command.run(args, io)
  } catch (error) {
    return explain(error, Object.hasOwn(COMMANDS, name) ? name : '', io)
  }
}

function runProgram(argv: readonly string[], io: Io): number {
  const { values, positionals } = parseFlags(PROGRAM_FLAGS, argv)
  if (positionals[0] !== undefined) throw new UsageError('flags come after the command')
  if (values['version'] === true) {
    io.stdout.write(`${version()}\n`)
    return STATUS.ok
  }
  const help = programHelp(
    Object.fromEntries(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]))
  )
  if (values['help'] === true) {
    io.stdout.write(help)
    return STATUS.ok
  }
  io.stderr.write(help)
  return STATUS.usage
}

/** Help wins over everything else, also over flags that are wrong. Behind `--` there are only files. */
function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  const flags = end < 0 ? args : args.slice(0, end)
  return flags.includes('--help') || flags.includes('-h')
}

function explain(error: unknown, command: string, io: Io): number {
  if (error instanceof UsageError) {
    complain(io, command, error.message)
    return STATUS.usage
  }
  if (error instanceof DisConfigError) {
    for (const problem of describeConfigError(error)) complain(io, command, problem)
    return STATUS.usage
  }
  if (error instanceof CommandError) {
    complain(io, command, error.message)
    return STATUS.failed
  }
  throw error
}

function commandNames(): string {
  return Object.keys(COMMANDS).join(', ')
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
