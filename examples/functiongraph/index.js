const { flush, loggerFor } = require('./logger.js')

exports.handler = async (event, context) => {
  const logger = loggerFor(context)
  try {
    logger.info({ order: event.order }, 'order received')
    return { statusCode: 200, body: JSON.stringify({ accepted: true }) }
  } catch (err) {
    logger.error({ err }, 'order failed')
    throw err
  } finally {
    // Before the answer: after it nothing is certain to run.
    await flush()
  }
}
