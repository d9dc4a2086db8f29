import type { Credentials, SigningScheme } from '../auth/identity.ts'
import type { OverflowPolicy } from '../queue/buffer-limit.ts'

/**
 * The options of every adapter, as users write them. All but functions are plain data, so they cross into a worker thread.
 * `settings.ts` turns them into checked {@link Settings}.
 */
export interface DisOptions {
  /** Region, as in `cn-north-4`: builds the endpoint and the signing scope. From `DIS_REGION` or `HUAWEICLOUD_SDK_REGION`. */
  readonly region?: string
  /** `https://host[:port]`. From `DIS_ENDPOINT`, else `https://dis.{region}.myhuaweicloud.com`. Plain http only to loopback. */
  readonly endpoint?: string
  /** Project that owns the stream. From `DIS_PROJECT_ID` or `HUAWEICLOUD_SDK_PROJECT_ID`, else found by the region. */
  readonly projectId?: string
  /** Name of the stream: 1 to 64 of `A-Z a-z 0-9 - _`. From `DIS_STREAM_NAME`. */
  readonly streamName?: string
  /** Id of the stream: needed for a stream that another account has authorized. From `DIS_STREAM_ID`. */
  readonly streamId?: string
  /** How requests are authenticated. Default: the environment, else a credentials file, else the server's agency. A function works only in-process. */
  readonly credentials?: CredentialsOption
  /** AK/SK signing scheme. @default 'sdk' */
  readonly signing?: SigningScheme
  /**
   * Path of the field whose value is the partition key (`'tenant.id'`), or several paths to try in order. `null` spreads
   * records evenly. A function works only in-process. A line without the field gets the machine's hostname.
   * @default 'hostname'
   */
  readonly partitionKey?: string | readonly string[] | null | ((line: string) => string | undefined)
  /** Hash for every record, a decimal from 0 to 2^63-1. Beats `partitionKey`. */
  readonly explicitHashKey?: string
  /** One partition for all records (`shardId-0000000000` or `0`). Beats `explicitHashKey` and `partitionKey`. */
  readonly partitionId?: string
  /** Packs lines of one key into one record, newline-separated. `true` means up to 50,000 bytes. @default false */
  readonly aggregate?: boolean | { readonly maxBytes?: number }
  /**
   * `'escape'` writes a line that holds newlines as one line, from which `linesOf` of `@dis-logs/core/reader` makes the same again.
   * Only plain text holds any, such as a stack trace: in a packed record nobody could tell where such a line ends.
   * @default 'keep'
   */
  readonly newlines?: 'keep' | 'escape'
  /**
   * Puts an id in front of the members of each JSON line, `"dis_id":"…"`: the same in every attempt, in the spool and after a
   * restart. With it `readStream({ dedupe: true })` of `@dis-logs/core/reader` leaves out what arrived twice. @default false
   */
  readonly lineId?: boolean
  /** Keeps the order of the records of a key, also when records are retried. @default false */
  readonly ordered?: boolean
  /** The limits of a request. */
  readonly batch?: {
    /** Records per request. 1 to 5,000. @default 500 */
    readonly maxRecords?: number
    /** Raw record bytes per request. A larger record travels alone. 1,024 to 5,242,880. @default 1_000_000 */
    readonly maxBytes?: number
    /** Longest wait of a line for other lines, in ms. 0 to 60,000. @default 200 */
    readonly lingerMs?: number
  }
  readonly concurrency?: {
    /** Requests in flight. Fewer while the service throttles. 1 to 64. @default 8 */
    readonly max?: number
  }
  readonly retry?: {
    /** Upper bound of the first wait, in ms. The bound doubles with each failure; the wait is random below it. @default 100 */
    readonly baseMs?: number
    /** Largest upper bound of a wait, in ms. @default 30_000 */
    readonly maxMs?: number
    /** Attempts for a record that fails on its own. Throttling and outages don't count. @default 10 */
    readonly maxAttempts?: number
    /** Age in ms at which a failed line is given up. `null`: never. @default null */
    readonly maxAgeMs?: number | null
    /** Time between two attempts while the credentials are refused, in ms. 1,000 to 86,400,000. @default 300_000 */
    readonly probeIntervalMs?: number
  }
  /** Longest wait for an answer, in ms. 100 to 300,000. @default 30_000 */
  readonly requestTimeoutMs?: number
  /** Longest time of `close`, in ms. 0 to 600,000. pino gives a worker 10 s. @default 8_000 */
  readonly closeTimeoutMs?: number
  /** What happens to a line above the record limit of 1 MiB: it is cut and marked, or rejected. @default 'truncate' */
  readonly oversize?: 'truncate' | 'reject'
  readonly buffer?: {
    /** Bytes of lines that are not settled, including those in flight. 65,536 to 4 GiB. @default 67_108_864 */
    readonly maxBytes?: number
    /**
     * What happens above `maxBytes`. `'block'`: `write` returns false until there is room. `'spool'`: lines go to disk.
     * @default 'block'; with a spool in overflow mode 'spool'
     */
    readonly onFull?: OverflowPolicy
  }
  /** The disk queue: lines that outlive the process. @default off */
  readonly spool?: {
    /** A folder. It is made if it does not exist, and several processes may share it. */
    readonly dir: string
    /**
     * `'overflow'`: lines that do not fit into memory, and lines that are left at the end. `'always'`: every line, before it
     * is sent. @default 'overflow'
     */
    readonly mode?: 'overflow' | 'always'
    /** Bytes on disk. Above them the oldest lines are given up. 1 MiB or more. @default 1 GiB */
    readonly maxBytes?: number
    /** When the disk is synced, which matters for power loss only. `'interval'`: every second. @default 'interval' */
    readonly fsync?: 'interval' | 'always' | 'never'
  }
  /**
   * File (NDJSON, appended) for lines that DIS refuses for good, with the reason. Without a spool it also gets the lines that
   * are left at the end. `maxBytes` bounds it (default 256 MiB). @default off
   */
  readonly deadLetter?: string | { readonly path: string; readonly maxBytes?: number }
  /** How a request is encoded. DIS takes all of these from its own Java SDK; read docs/options.md before you choose. */
  readonly wire?: {
    /** `'json'`: lines as Base64 in JSON. `'protobuf'`: raw lines, a quarter fewer bytes. @default 'json' */
    readonly format?: 'json' | 'protobuf'
    /**
     * Each needs a package: `'lz4'` needs lz4-napi, `'snappy'` needs snappy, `'zstd'` needs `@toondepauw/node-zstd` before
     * Node 22.15. @default 'none'
     */
    readonly compression?: 'none' | 'lz4' | 'snappy' | 'zstd'
  }
  /** Emit `stats` events every `intervalMs` (100 to 86,400,000). @default off */
  readonly stats?: { readonly intervalMs: number }
  readonly http?: {
    /** Certificates to trust besides Node's: PEM text, the path of a PEM file, or several. */
    readonly ca?: string | readonly string[]
    /**
     * `http://[user:password@]host:port`, for the endpoint and for IAM. From `HTTPS_PROXY` or `HTTP_PROXY`, also in lower case,
     * unless `NO_PROXY` excludes the host. These variables never apply to loopback addresses.
     */
    readonly proxy?: string
    /** Allow plain http to addresses that are not loopback. @default false */
    readonly allowInsecure?: boolean
  }
}

/**
 * Options as plain data: what a worker thread can take. It is {@link DisOptions} without the options that may be a function
 * where the producer runs in the process.
 */
export interface PlainDisOptions extends DisOptions {
  readonly credentials?: Exclude<CredentialsOption, () => unknown>
  readonly partitionKey?: string | readonly string[] | null
}

/** A login at IAM with a password. It gives a token, which is renewed before it ends. */
export interface IamCredentials {
  /** `https://host`. From `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else the IAM next to the DIS endpoint. */
  readonly endpoint?: string
  /** Name of the account. */
  readonly domainName: string
  readonly userName: string
  readonly password: string
  /** Project of the token. Default: the region, which is the name of its project. */
  readonly projectName?: string
  /** Instead of `projectName`. Default: the `projectId` option. */
  readonly projectId?: string
}

/**
 * - keys (permanent or temporary) or a token: used as they are
 * - `iam`: a login with a password
 * - `profile`: the path of a credentials file of the official SDKs. `true`: the path in `HUAWEICLOUD_SDK_CREDENTIALS_FILE`,
 *   else `~/.huaweicloud/credentials`. The section is `section`, else `[basic]`, else `[global]`.
 * - `metadata`: the agency of the ECS server
 * - (in-process) a function. It is called before every request, so it should cache.
 */
export type CredentialsOption =
  | Credentials
  | { readonly iam: IamCredentials }
  | { readonly profile: true | string | { readonly file?: string; readonly section?: string } }
  | { readonly metadata: true }
  | (() => Credentials | Promise<Credentials>)
