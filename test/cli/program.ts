import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { LocalDis } from '@dis-logs/local'

export const BIN: string = new URL('../../packages/cli/bin/dis-logs.cjs', import.meta.url).pathname

export const STREAM = 'app-logs'
export const ACCESS_KEY = 'CLITESTACCESSKEY0001'
export const SECRET_KEY = 'cli-test-secret-key-never-to-be-printed'

/** Where a child finds the local server; nothing of the environment of the test leaks in. */
export function environmentFor(dis: Pick<LocalDis, 'url'>): Record<string, string> {
  return {
    DIS_ENDPOINT: dis.url,
    DIS_PROJECT_ID: 'cli-test-project',
    DIS_STREAM_NAME: STREAM,
    HUAWEICLOUD_SDK_AK: ACCESS_KEY,
    HUAWEICLOUD_SDK_SK: SECRET_KEY
  }
}

export interface Ended {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

type Command = readonly [string, ...string[]]
type Wrap = (command: Command) => Command

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`
}

/** A real `dis-logs` process. */
export class Program {
  readonly child: ChildProcess
  readonly stdin: Writable
  #stdout: Buffer[] = []
  #stderr = ''
  readonly #ended: Promise<Ended>

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    wrap: Wrap = (command) => command
  ) {
    const [file, ...rest] = wrap([process.execPath, BIN, ...args])
    const child = spawn(file, rest, {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['pipe', 'pipe', 'pipe']
    })
    this.child = child
    this.stdin = child.stdin
    // A child that ends before it has read everything is not the test's failure.
    child.stdin.on('error', () => {})
    child.stdout.on('data', (chunk: Buffer) => this.#stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString('utf8')
    })
    this.#ended = once(child, 'close').then(([status]) => ({
      status: typeof status === 'number' ? status : null,
      stdout: this.stdout,
      stderr: this.#stderr
    }))
  }

  /**
   * On a terminal of its own, which `script` of util-linux makes. What stands there is its standard output. With `columns` it is so wide,
   * with `later` it gets that width as soon as a line is written to its input.
   */
  static onTerminal(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    columns?: number,
    later?: number
  ): Program {
    return new Program(args, { TERM: 'xterm-256color', ...env }, (command) => {
      const plain = command.map(quoted).join(' ')
      const width = columns === undefined ? '' : `stty cols ${columns} rows 24; `
      const shell =
        later === undefined
          ? `${width}exec ${plain}`
          : `${width}${plain} </dev/null & read _; stty cols ${later}; wait $!`
      return ['script', '-qec', shell, '/dev/null']
    })
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout)
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Waits for a text on stderr or stdout. */
  says(text: string, output: 'stderr' | 'stdout' = 'stderr'): Promise<void> {
    return this.shows((said) => said.includes(text), output, `"${text}"`)
  }

  /** Waits until all that was said on stdout, or stderr, is as wanted. */
  async shows(
    isWanted: (said: string) => boolean,
    output: 'stderr' | 'stdout' = 'stdout',
    what = 'what was wanted'
  ): Promise<void> {
    const stream: Readable | null = this.child[output]
    const signal = AbortSignal.timeout(15_000)
    while (!isWanted(output === 'stderr' ? this.#stderr : this.stdout.toString('utf8'))) {
      if (stream === null || this.child.exitCode !== null)
        throw new Error(`ended without ${what}: ${this.#stderr}`)
      await Promise.race([once(stream, 'data', { signal }), this.#ended])
    }
  }

  /** Waits for the end of the process and of its output. */
  async end(): Promise<Ended> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 25_000)
    try {
      return await this.#ended
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Runs a command to its end. */
export function dislogs(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: string | Buffer = ''
): Promise<Ended> {
  const program = new Program(args, env)
  program.stdin.end(input)
  return program.end()
}

/** What a stream has received, as text, sorted: for comparing sets. */
export async function received(dis: LocalDis, stream: string = STREAM): Promise<string[]> {
  return (await dis.records(stream)).map(({ data }) => data.toString('utf8')).sort()
}

/** Lines of an output, sorted. */
export function sortedLines(output: Buffer): string[] {
  return output.toString('utf8').split('\n').filter(Boolean).sort()
}
