/** What crosses between the server's thread and the one that started it: plain data, and bytes that move. */
import { LocalDisOptionError } from './checks.ts'
import type { DisServer } from './server.ts'
import type { ReceivedRecord } from './store.ts'

type Remote<T> = {
  readonly [Name in keyof T]: T[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
}

/** Live control over the faults. What is not a fault is refused with a `LocalDisOptionError`. */
export type FaultControl = Remote<DisServer['faults']>
/** Live control over who may call, so that a test can rotate credentials. */
export type AuthControl = Remote<DisServer['auth']>

/** First message of the thread. */
export type Start =
  | {
      readonly kind: 'listening'
      readonly url: string
      readonly port: number
      readonly viewerUrl: string | undefined
    }
  | { readonly kind: 'failed'; readonly error: ErrorData }

/** One call of a method of the server: `records`, `faults.add` and so on. */
export interface Request {
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}

/** What became of it. */
export type Reply =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData }

/** An error as data: what makes it is lost when it crosses a thread as it is. */
export interface ErrorData {
  readonly message: string
  /** Node's `code`, `errno`, `syscall` and the like. */
  readonly details: Readonly<Record<string, string | number>>
  readonly option: { readonly option: string; readonly given: string; readonly allowed: string } | undefined
}

/** For the way out of the thread. */
export function errorData(error: unknown): ErrorData {
  const message = error instanceof Error ? error.message : String(error)
  const details: Record<string, string | number> = {}
  for (const [name, value] of error instanceof Error ? Object.entries(error) : []) {
    if (typeof value === 'string' || typeof value === 'number') details[name] = value
  }
  const option =
    error instanceof LocalDisOptionError
      ? { option: error.option, given: error.given, allowed: error.allowed }
      : undefined
  return { message, details, option }
}

/** The error again, with its class if it is one of ours, and its details if not. */
export function errorFrom({ message, details, option }: ErrorData): Error {
  if (option !== undefined) return new LocalDisOptionError(option.option, option.given, option.allowed)
  return Object.assign(new Error(message), details)
}

/** Records with their data in one piece, which moves to the other thread instead of being copied there. */
export interface PackedRecords {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly lengths: readonly number[]
  readonly rest: readonly Omit<ReceivedRecord, 'data'>[]
}

/** For the way out of the thread; give `bytes.buffer` as what is transferred. */
export function packRecords(records: readonly ReceivedRecord[]): PackedRecords {
  const lengths = records.map(({ data }) => data.length)
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  const rest = records.map(({ data, ...others }) => {
    bytes.set(data, at)
    at += data.length
    return others
  })
  return { bytes, lengths, rest }
}

/** The records again; their data are views of one buffer. */
export function unpackRecords({ bytes, lengths, rest }: PackedRecords): ReceivedRecord[] {
  let at = 0
  return rest.map((others, index) => {
    const data = Buffer.from(bytes.buffer, at, lengths[index])
    at += data.length
    return { data, ...others }
  })
}
