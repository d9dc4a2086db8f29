import { once } from 'node:events'
import type { Stats } from '@dis-logs/core'
import { describe, it } from 'vitest'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { cellsOf, LINES, play } from './matrix.ts'

describe('winston, whatever the service does', () => {
  it.each(cellsOf('winston'))(
    '$name: every line arrives, or is rejected and counted',
    async (cell) => {
      await play(cell, async (options, log) => {
        const dis = new DisTransport(options)
        const logger = winston.createLogger({ transports: [dis] })
        const seen: Stats[] = []
        for (let n = 0; n < LINES; n++) {
          logger.info('x', log(n))
          if (n % 50 === 0) {
            seen.push(dis.stats())
            await new Promise((resolve) => setImmediate(resolve))
          }
        }
        logger.end()
        await once(logger, 'finish')
        return [...seen, dis.stats()]
      })
    },
    30_000
  )
})
