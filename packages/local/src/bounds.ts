/**
 * Bounds of this server's own, so that no request can take its memory or its time. The limits of DIS itself are in
 * limits.ts. What users may want to set is an option instead (server.ts).
 */

const MEBIBYTE = 1_048_576

/** Body of a request, as sent and again after decompression. Documented for signed requests: up to 12 MB. */
export const MAX_BODY_BYTES: number = 12 * MEBIBYTE

/** What is read and thrown away behind a body that is refused, so that its sender sees the answer. Then it is cut. */
export const MAX_DISCARDED_BYTES: number = 64 * MEBIBYTE

/** All header lines. Tokens can be several KiB, and several such headers may come together. */
export const MAX_HEADER_BYTES: number = 64 * 1_024

/** Header lines of a request. The official SDKs send up to 15. */
export const MAX_HEADERS = 128

/** Path and query. The longest that a client needs is a cursor of 512 characters and two names. */
export const MAX_TARGET_BYTES: number = 8 * 1_024

/** Open connections; the next one is closed at once. */
export const MAX_CONNECTIONS = 1_024

/** Names in SignedHeaders. The official signers sign up to 10. */
export const MAX_SIGNED_HEADERS = 64

/** Records of a request. The service documents no number; the official clients send up to 5,000. */
export const MAX_RECORDS = 50_000

/** Objects and lists in a JSON body, and with them how deep they nest: each costs far more memory than its two bytes. */
export const MAX_JSON_NODES: number = 2 * MAX_RECORDS

/** Commas in a JSON body. A record has up to four. */
export const MAX_JSON_COMMAS: number = 10 * MAX_RECORDS

/** Data and keys in one answer of GetRecords, whatever `max_fetch_bytes` says. The largest record fits. */
export const MAX_FETCH_BYTES: number = 16 * MEBIBYTE

/** Partitions that a stream may get after its start: closed ones stay, since their ids are never used again. */
export const MAX_ADDED_PARTITIONS = 1_000

/** Changes of the partition count that DescribeStream lists: the last ones. */
export const MAX_RESCALES = 100

/** Apps, which are consumers. The service documents a quota error (DIS.4329) and no number. */
export const MAX_APPS = 1_000

/** Dump tasks of a stream. Documented (DIS.4357). */
export const MAX_TRANSFER_TASKS = 5

/** Streams that are counted, deleted ones included: the oldest count goes. */
export const MAX_COUNTED_STREAMS = 10_000

/** Largest window of a zstd frame. RFC 8878 (3.1.1.1.2) recommends 8 MiB as what every decoder takes, and no more. */
export const MAX_ZSTD_WINDOW_BYTES: number = 8 * MEBIBYTE

/** Frames and blocks of a zstd body. A block holds up to 128 KiB, so the largest body needs 96. */
export const MAX_ZSTD_BLOCKS = 4_096

/** Characters of a request that an error message repeats. */
export const MAX_DETAIL_LENGTH = 400
