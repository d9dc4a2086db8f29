import { once } from 'node:events'
import type { Stats } from '@dis-logs/core'
import pino from 'pino'
import { describe, it } from 'vitest'
import { cellsOf, LINES, play } from './matrix.ts'

describe('pino, whatever the service does', () => {
  it.each(cellsOf('pino'))(
    '$name: every line arrives, or is rejected and counted',
    async (cell) => {
      await play(cell, async (options, log) => {
        const transport = pino.transport({
          target: 'pino-dis',
          options: { ...options, stats: { intervalMs: 100 } }
        })
        const seen: Stats[] = []
        transport.on('dis:stats', (stats) => seen.push(stats))
        const logger = pino({ base: null }, transport)
        for (let n = 0; n < LINES; n++) logger.info(log(n))
        transport.end()
        await once(transport, 'close')
        return seen
      })
    },
    30_000
  )
})
