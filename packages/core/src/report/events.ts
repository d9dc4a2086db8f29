import { channel } from 'node:diagnostics_channel'
import type { DROP_REASONS } from './codes.ts'
import type { Stats } from './stats.ts'

/** Lines that DIS refused for good. One event per batch and code. */
export interface RejectedEvent {
  /** Code of the service: `DIS.4301`, `APIGW.0201` …, or `OVERSIZE`, `NOT_SENT`. See docs/errors.md. */
  readonly code: string
  readonly message: string
  /** What to do about it. Options stand in it in braces, as in `{streamName}`; `renderCure` turns it into prose. */
  readonly cure: string
  /** Number of lines. */
  readonly lines: number
  /** Attempts that used up the budget; 1 if the first answer was final. */
  readonly attempts: number
  /** Partition key of the first of them; `null` if it had none. */
  readonly partitionKey: string | null
  /** Beginning of the first of them, at most 1,024 characters. */
  readonly sample: string
}

/** Why lines were given up without a word from the service. `worker`: the producer's thread died with them. */
export type DropReason = (typeof DROP_REASONS)[number]

/** Lines given up by a policy. Counted as `dropped`. */
export interface DroppedEvent {
  readonly reason: DropReason
  /** The reason in words. */
  readonly message: string
  readonly lines: number
  /** Bytes of these lines. */
  readonly bytes: number
  /** What to do about it. Options stand in it in braces, as in `{spool}`; `renderCure` turns it into prose. */
  readonly cure: string
}

/** Something an operator should know; lines are not lost by it. */
export interface WarningEvent {
  /** Code of the service or the network, or of this library. See docs/errors.md. */
  readonly code: string
  readonly message: string
  /** What to do about it. Options stand in it in braces, as in `{streamName}`; `renderCure` turns it into prose. */
  readonly cure: string
}

/** Names and payloads of a producer's events. */
export interface ProducerEvents {
  /** `write` returned false, and now there is room again; or the process is about to end, and waiting would be in vain. */
  drain: []
  rejected: [RejectedEvent]
  dropped: [DroppedEvent]
  warning: [WarningEvent]
  stats: [Stats]
}

/** One attempt of one request, as seen on the diagnostics channel `dis-logs:attempt`. */
export interface AttemptMessage {
  /** As in `stats().producerId`. */
  readonly producerId: string
  readonly streamName: string
  /** Where it went: `https://host[:port]`. */
  readonly endpoint: string
  /** When it began, in ms since 1970. */
  readonly startedAt: number
  readonly records: number
  /** Those that are stored. */
  readonly stored: number
  /** The others, by code: of the record, else of the whole answer, `UNKNOWN` where it says nothing of them. */
  readonly failed: Readonly<Record<string, number>>
  readonly lines: number
  /** Body bytes sent, as they are on the wire: compressed, where that is chosen. */
  readonly bodyBytes: number
  /** `delivered`, `partial`, `retry`, `refused`, `unauthorized` or `split`. */
  readonly outcome: string
  /** From before signing to the parsed answer, in milliseconds. */
  readonly durationMs: number
  /** Code of the service or network where the outcome has one. */
  readonly code: string | undefined
  /** What to do about that code. Options stand in it in braces; `renderCure` turns it into prose. */
  readonly cure: string | undefined
}

/**
 * `node:diagnostics_channel` channels, for tracing without touching the logger. Payloads are built only
 * while somebody is subscribed. The names are public.
 */
export const channels: Readonly<{
  attempt: ReturnType<typeof channel>
  rejected: ReturnType<typeof channel>
  dropped: ReturnType<typeof channel>
  warning: ReturnType<typeof channel>
}> = {
  /** {@link AttemptMessage} */
  attempt: channel('dis-logs:attempt'),
  /** {@link RejectedEvent} */
  rejected: channel('dis-logs:rejected'),
  /** {@link DroppedEvent} */
  dropped: channel('dis-logs:dropped'),
  /** {@link WarningEvent} */
  warning: channel('dis-logs:warning')
}
