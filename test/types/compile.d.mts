/** The types of compile.mjs, for its test. */
type Resolution = 'node16' | 'nodenext' | 'bundler'

export function layOut(to: string, names?: RegExp): void
export function compile(what: {
  readonly tsc: string
  readonly cwd: string
  readonly resolution: Resolution
}): Promise<string | undefined>
