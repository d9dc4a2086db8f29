const winston = require('winston')
const { DisTransport } = require('winston-dis')

const withoutCard = winston.format(({ card: _, ...info }) => info)

/** The logger of the application, and its transport. The tests make their own, for a service of their own. */
exports.createLogger = (options = {}) => {
  const dis = new DisTransport({ partitionKey: ['tenant', 'hostname'], ...options })
  const format = winston.format.combine(withoutCard(), winston.format.json())
  return { dis, logger: winston.createLogger({ format, transports: [dis] }) }
}
