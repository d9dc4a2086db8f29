import express from 'express'
import { logger } from './logger.js'

const app = express()

app.post('/orders/:tenant', (request, response) => {
  const { tenant } = request.params
  logger.info('order received', { tenant })
  response.json({ tenant, accepted: true })
})

app.use((error, request, response, _next) => {
  logger.error(error, { url: request.url })
  response.status(500).json({ accepted: false })
})

const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST, (error) => {
  if (error) throw error
  logger.info('listening', { port: server.address().port })
})

process.once('SIGTERM', () => {
  // Open requests are answered first. `exit` waits until the worker of winston-dis has sent everything.
  server.close(() => process.exit(0))
  // A client may keep its connection after the last answer.
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})
