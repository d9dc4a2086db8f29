/** What a paced load is put on: cases of `pnpm bench`, by what each is compared with. */

/**
 * `base`: the case whose CPU is taken away to see what the transport itself takes.
 * @typedef {{ name: string, runs: string, front: 'pino' | 'winston', ours: boolean, base: string, lingerMs?: number }} PacedCase
 *   `runs`: name of the case that is run
 */

/** @type {readonly PacedCase[]} */
export const PACED_CASES = [
  { name: 'pino/file', runs: 'pino/file', front: 'pino', ours: false, base: 'pino/file' },
  { name: 'pino-loki', runs: 'pino-loki', front: 'pino', ours: false, base: 'pino/file' },
  { name: 'pino-dis', runs: 'pino-dis', front: 'pino', ours: true, base: 'pino/file' },
  {
    name: 'pino-dis, lingerMs: 20',
    runs: 'pino-dis',
    front: 'pino',
    ours: true,
    base: 'pino/file',
    lingerMs: 20
  },
  {
    name: 'winston → nothing',
    runs: 'winston → nothing',
    front: 'winston',
    ours: false,
    base: 'winston → nothing'
  },
  { name: 'winston-loki', runs: 'winston-loki', front: 'winston', ours: false, base: 'winston → nothing' },
  { name: 'winston-dis', runs: 'winston-dis', front: 'winston', ours: true, base: 'winston → nothing' }
]
