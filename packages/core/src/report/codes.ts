/**
 * Every code of this library's own, as data: the types come from here, and docs/errors.md is tested against it.
 * The codes of the service are in wire/service-codes.ts, and what to do about each code is in diagnoses.ts.
 */

/** Of errors that are thrown. */
export const ERROR_CODES = ['DIS_LOGS_CONFIG', 'DIS_LOGS_REQUEST', 'DIS_LOGS_CREDENTIALS'] as const

/** Why there are no credentials. */
export const CREDENTIALS_REASONS = [
  // No source has any.
  'CREDENTIALS_NOT_FOUND',
  // The service that gives them says no. IAM is not asked again for minutes, since that can lock a user.
  'CREDENTIALS_REFUSED',
  // The service that gives them cannot be reached, or has a fault.
  'CREDENTIALS_UNAVAILABLE',
  // A file or an answer does not hold what it should.
  'CREDENTIALS_UNREADABLE',
  // The credentials function threw, or returned something else.
  'CREDENTIALS_FUNCTION',
  // The credentials are there, but not the project id.
  'PROJECT_NOT_FOUND'
] as const

/** Of an attempt that got no answer of DIS. Where none fits, node's own code is passed on. */
export const NO_ANSWER_CODES = [
  'NETWORK_DNS',
  'NETWORK_REFUSED',
  'NETWORK_UNREACHABLE',
  'NETWORK_TLS',
  'NETWORK_TIMEOUT',
  'NETWORK_RESET',
  'NETWORK_PROXY',
  'NETWORK',
  'UNREADABLE_ANSWER'
] as const

/** Of warnings that come from nowhere else. */
export const WARNING_CODES = [
  'BACKPRESSURE',
  'CHECKPOINT',
  'CLOCK',
  'CREDENTIALS_FILE_OPEN',
  'HOT_KEY',
  'LEVEL',
  'ORDERED_RATE',
  'PINO_FLUSH',
  'READ_GAP',
  'SPOOL',
  'SPOOL_DAMAGED',
  'SPOOL_FOREIGN',
  'SPOOL_TAKEN',
  'SPOOL_UNLOCKED',
  'DEAD_LETTER',
  'WORKER',
  'BUG'
] as const

/** Of lines that are rejected without the service. */
export const REJECTED_CODES = ['OVERSIZE', 'NOT_SENT'] as const

/** Why lines were given up without a word from the service. */
export const DROP_REASONS = [
  'buffer-full',
  'spool-full',
  'spool-damaged',
  'closing',
  'closed',
  'format',
  'worker'
] as const

export type NoAnswerCode = (typeof NO_ANSWER_CODES)[number]
export type WarningCode = (typeof WARNING_CODES)[number]
export type RejectedCode = (typeof REJECTED_CODES)[number]
