// An Express app whose log lines go to DIS through winston.
// Where to: DIS_ENDPOINT (or DIS_REGION), DIS_PROJECT_ID, DIS_STREAM_NAME, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK.
import { hostname } from 'node:os'
import express from 'express'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const dis = new DisTransport({ partitionKey: ['tenant', 'hostname'] })
dis.on('rejected', ({ code, message, lines }) => console.error(`${lines} lines refused: ${code} ${message}`))

let logged = 0
const numbered = winston.format((info) => ({ ...info, app: 'express', n: ++logged }))
const logger = winston.createLogger({
  format: winston.format.combine(numbered(), winston.format.timestamp(), winston.format.json()),
  defaultMeta: { hostname: hostname() },
  transports: [dis]
})

const app = express()

app.post('/orders/:tenant', (request, response) => {
  const { tenant } = request.params
  logger.info('order received', { tenant, url: request.url })
  response.json({ tenant, accepted: true })
})

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  process.send?.({ kind: 'listening', port: server.address().port })
})

// Leaving: stop taking requests, end the logger; its `finish` comes after everything is settled.
process.once('SIGTERM', () => {
  server.close(() => {
    logger.once('finish', () => {
      process.send?.({ kind: 'done', logged, stats: dis.stats() })
      process.disconnect?.()
    })
    logger.end()
  })
  server.closeIdleConnections()
})
