import pino from 'pino'
import { disOptions } from 'pino-dis'

// Each process makes its own, and all share one folder: what one leaves there, another one sends.
export const logger = pino(
  pino.transport({
    target: 'pino-dis',
    options: disOptions({
      // Each line is on disk before it is sent, so that even SIGKILL loses none that is there.
      spool: { dir: process.env.SPOOL_DIR ?? 'spool', mode: 'always' },
      // A worker and then the primary: twice this in the worst case.
      closeTimeoutMs: 3_000
    })
  })
)
