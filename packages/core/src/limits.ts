/**
 * Limits of the service, each with its source. Where the documentation is silent or ambiguous, the smaller reading
 * applies, so that the service never refuses a request for its size.
 */

/** Largest record, in raw bytes before Base64. DIS "Basic concepts": 1 MB; the official Java client uses MiB. */
export const MAX_RECORD_BYTES: number = 1_048_576

/** Largest total of raw record bytes in one request to an ADVANCED stream (COMMON: a fifth of it). DIS FAQ. */
export const MAX_REQUEST_BYTES: number = 5 * 1_048_576

/** Largest body of a signed request: 12 MB, read as decimal megabytes. API gateway, customer operations page. */
export const MAX_BODY_BYTES: number = 12_000_000

/** Default for `batch.maxBytes`. It fits the 1 MB of a COMMON stream, also if the service means decimal megabytes. */
export const DEFAULT_BATCH_BYTES: number = 1_000_000

/** Default for `batch.maxRecords`. The service documents no number; the official agent sends 500. */
export const DEFAULT_BATCH_RECORDS: number = 500

/** Upper bound for `batch.maxRecords`: the largest batch that any official client was seen to configure. */
export const MAX_BATCH_RECORDS: number = 5_000

/** Largest `explicit_hash_key`: 2^63 - 1. SendRecords API page. */
export const MAX_HASH_KEY: bigint = 9_223_372_036_854_775_807n

/**
 * Names of streams are 1 to 64 letters, digits, `-` and `_` (CreateStream API page). Ids of projects (32 hex digits) and
 * streams (19 letters and digits) have the same form, as far as pages and answers show. So each can stand in a path as it is.
 */
export const ID: RegExp = /^[A-Za-z0-9_-]{1,64}$/

/** A partition is `shardId-0000000000` or a bare decimal. SendRecords API page. */
export const PARTITION_ID: RegExp = /^(?:shardId-\d{10}|\d{1,10})$/i

/** Default for `closeTimeoutMs`: pino waits 10 s for its worker, and the way there and back takes time as well. */
export const DEFAULT_CLOSE_MS: number = 8_000

/** Upper bound for `closeTimeoutMs`: ten minutes. A pino worker has to end sooner: its main thread waits 10 s (thread-stream 4). */
export const MAX_CLOSE_MS: number = 600_000

/** Default for `deadLetter.maxBytes`: 256 MiB. That is many thousand lines, and still small enough to read. */
export const DEFAULT_DEAD_LETTER_BYTES: number = 268_435_456
