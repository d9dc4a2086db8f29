// Lines whose fields are what matters.

/** An error with all that one can have. */
function failure() {
  const cause = new Error('the cause')
  return Object.assign(new TypeError('boom', { cause }), { code: 'E_BOOM', inner: cause })
}

/** Lines as an application with ECS has them. */
export function logRecords(logger) {
  logger.info('a line')
  logger.info({ message: 'in Grüßen — 日本', 'url.path': '/a?b="c"', http: { request: { method: 'GET' } } })
  logger.info({ message: 'of a trace', 'trace.id': 'trace-1', 'span.id': 'span-1' })
  logger.info({ message: 'nested', trace: { id: 'trace-2' } })
  logger.error({ message: 'failed', err: failure() })
  logger.child({ event: { action: 'a-child' } }).warn({ message: 'of a child' })
}

/** An error in every place where winston takes one. */
export function logErrors(logger) {
  const circular = failure()
  circular.self = circular
  circular.cause.cause = circular
  logger.error('a field', { err: failure() })
  logger.error(failure())
  logger.error('second', failure())
  logger.error('deep', { request: { tries: [{ err: failure() }] } })
  logger.error(failure(), { user: 7 })
  logger.error({ message: failure() })
  logger.child({ child: true }).error('of a child', { err: failure() })
  logger.error('circular', { err: circular })
  logger.error('several', { err: new AggregateError([failure()], 'all failed') })
  logger.info('others', { big: 7n, date: new Date(0), none: null })
}
