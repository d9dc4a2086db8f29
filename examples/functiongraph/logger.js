const pino = require('pino')
const { disStream, flushOf } = require('pino-dis')

/** Time that is left for the answer itself. */
const RESERVE_MS = 500

let context
let stream
let logger

/** Keys of the function's agency. They are asked for with each request, because they change. */
function credentials() {
  return {
    accessKey: context.getSecurityAccessKey(),
    secretKey: context.getSecuritySecretKey(),
    securityToken: context.getSecurityToken()
  }
}

/** A logger for this call. What is behind it is made once for each instance, not once for each call. */
exports.loggerFor = (current) => {
  context = current
  // In this thread, without a worker: an instance may be frozen as soon as it has answered.
  stream ??= disStream({
    region: context.getUserData('DIS_REGION'),
    projectId: context.getProjectID(),
    streamName: context.getUserData('DIS_STREAM_NAME'),
    credentials,
    partitionKey: 'requestId',
    batch: { lingerMs: 20 },
    // What is not answered by then is sent again while the function still has time.
    requestTimeoutMs: 1_000
  })
  logger ??= pino({ base: { function: context.getFunctionName() } }, stream)
  return logger.child({ requestId: context.getRequestID() })
}

/** Waits until everything that was logged is stored, while the function has time. Says what is left. */
exports.flush = async () => {
  const timeoutMs = Math.max(0, context.getRemainingTimeInMilliSeconds() - RESERVE_MS)
  const { pending } = await flushOf(stream, { timeoutMs })
  if (pending > 0) context.getLogger().info(`${pending} lines wait for the next call of this instance`)
}
