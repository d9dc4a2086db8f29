import { hostname } from 'node:os'
import { ecsFormat as ecsPino } from '@elastic/ecs-pino-format'
import { ecsFormat as ecsWinston } from '@elastic/ecs-winston-format'
import pino from 'pino'
import { disStream } from 'pino-dis'
import { describe, expect, it } from 'vitest'
import winston from 'winston'
import { DisTransport, type DisTransportOptions } from 'winston-dis'
import { keyOf, startDis, targetOf } from './child.ts'

const SERVICE = { serviceName: 'orders' }

/** Logs one line of pino, of a host with another name than this machine, and returns its key. */
async function keyOfPino(fields: object, partitionKey: string | string[]): Promise<unknown> {
  const dis = await startDis()
  const stream = disStream({ ...targetOf(dis), partitionKey })
  pino({ ...ecsPino(SERVICE), base: { hostname: 'host-1' } }, stream).info(fields, 'a line')
  await stream.flush()
  stream.end()
  return keyOf(dis)
}

async function keyOfWinston(fields: object, partitionKey: string | string[]): Promise<unknown> {
  const dis = await startDis()
  const options: DisTransportOptions = { ...targetOf(dis), worker: false, partitionKey }
  const transport = new DisTransport(options)
  const logger = winston.createLogger({ format: ecsWinston(SERVICE), transports: [transport] })
  logger.info('a line', fields)
  await transport.flush()
  logger.end()
  return keyOf(dis)
}

const TRACED = { 'trace.id': 'trace-1' }
const NESTED = { trace: { id: 'trace-2' } }
const REQUEST = { http: { request: { method: 'GET' } } }
const PARTLY = { http: { 'request.method': 'GET' } }

describe.each([
  { framework: 'pino', keyOfLine: keyOfPino, host: 'host-1' },
  { framework: 'winston', keyOfLine: keyOfWinston, host: hostname() }
])('the key of an ECS line of $framework', ({ keyOfLine, host }) => {
  it.each([
    { partitionKey: 'hostname', fields: {}, key: hostname(), why: 'ECS has no field of this name' },
    { partitionKey: 'host.hostname', fields: {}, key: host, why: 'only pino writes it' },
    { partitionKey: 'service.name', fields: {}, key: 'orders', why: 'a name with a dot in it' },
    { partitionKey: 'log.level', fields: {}, key: 'info', why: 'a name with a dot in it' },
    {
      partitionKey: 'log.level',
      fields: { log: { logger: 'x' } },
      key: 'info',
      why: 'beside such an object'
    },
    { partitionKey: ['trace.id', 'service.name'], fields: TRACED, key: 'trace-1', why: 'with a dot' },
    { partitionKey: ['trace.id', 'service.name'], fields: NESTED, key: 'trace-2', why: 'nested' },
    { partitionKey: ['trace.id', 'service.name'], fields: {}, key: 'orders', why: 'the second path' },
    {
      partitionKey: ['trace.id'],
      fields: { ...TRACED, ...NESTED },
      key: 'trace-2',
      why: 'nested goes first'
    },
    { partitionKey: 'http.request.method', fields: REQUEST, key: 'GET', why: 'nested twice' },
    { partitionKey: 'http.request.method', fields: PARTLY, key: hostname(), why: 'partly nested: not found' }
  ])('$partitionKey gives $key: $why', async ({ partitionKey, fields, key }) => {
    expect(await keyOfLine(fields, partitionKey)).toBe(key)
  })
})
