/** Help texts, made from the same data that the parser uses. */
import type { Flags } from './flags.ts'

/** What the help of a command says. */
export interface CommandHelp {
  /** What it does, in one line. */
  readonly summary: string
  /** Its usage after the command's name: `[flags] [files…]`. */
  readonly usage: string
  readonly flags: Flags
  /** Paragraphs after the flags. */
  readonly notes: readonly string[]
  /** Two of them. */
  readonly examples: readonly string[]
}

/** The help of one command. */
export function commandHelp(name: string, help: CommandHelp): string {
  return [
    `dis-logs ${name} — ${help.summary}`,
    '',
    `Usage: dis-logs ${name} ${help.usage}`,
    '',
    ...table(Object.entries(help.flags).map(([flag, { value, help: text }]) => [spell(flag, value), text])),
    '',
    ...help.notes.flatMap((note) => [...wrap(note), '']),
    'Examples:',
    ...help.examples.map((example) => `  ${example}`),
    ''
  ].join('\n')
}

/** The help of the program. */
export function programHelp(commands: Readonly<Record<string, string>>): string {
  return [
    'dis-logs — log streams of Huawei Cloud DIS from the shell',
    '',
    'Usage: dis-logs <command> [flags]',
    '',
    ...table([
      ...Object.entries(commands),
      ['<command> --help', 'flags and examples of a command'],
      ['--version', 'version of this program']
    ]),
    '',
    'Exit status: 0 all done and nothing lost; 1 something was lost or failed; 2 wrong usage;',
    '130, 143 ended by SIGINT, SIGTERM.',
    '',
    'Examples:',
    '  some-program | dis-logs ship --stream app-logs',
    '  dis-logs tail --stream app-logs --from beginning',
    ''
  ].join('\n')
}

function spell(flag: string, value: string | undefined): string {
  return value === undefined ? `--${flag}` : `--${flag} ${value}`
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

const COLUMNS = 98

function wrap(text: string): string[] {
  const wrapped: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > COLUMNS) {
      wrapped.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...wrapped, line]
}
