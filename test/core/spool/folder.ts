/** Spools on a real folder, for tests: their listeners note what they are told. */
import { renameSync } from 'node:fs'
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import type { Disk } from '../../../packages/core/src/spool/disk.ts'
import { machineDisk } from '../../../packages/core/src/spool/files.ts'
import { Spool } from '../../../packages/core/src/spool/spool.ts'
import type {
  SpoolListener,
  SpoolSettings,
  SpoolTrouble
} from '../../../packages/core/src/spool/spool-events.ts'

export interface Told {
  stored: number
  readonly givenUp: string[]
  readonly refused: string[]
  exposed: number
  lost: number
  found: number
  readonly troubles: SpoolTrouble[]
}

export const TARGET = { origin: 'https://dis.test', projectId: 'p', streamName: 'logs', streamId: '' }

/** A spool, its notes, and time that the test moves. */
export interface Opened {
  readonly spool: Spool
  readonly told: Told
  readonly clock: { now: number }
}

/** Opens a spool and waits until it knows what stands in the folder. */
export async function openSpool(
  dir: string,
  settings: Partial<SpoolSettings> = {},
  disk = machineDisk
): Promise<Opened> {
  const told: Told = { stored: 0, givenUp: [], refused: [], exposed: 0, lost: 0, found: 0, troubles: [] }
  const clock = { now: 0 }
  const listener: SpoolListener = {
    stored: (_, lines) => {
      told.stored += lines
    },
    refused: (lines) => told.refused.push(...lines.map(({ line }) => line.toString())),
    givenUp: ({ line }) => told.givenUp.push(line.toString()),
    exposed: () => {
      told.exposed++
    },
    lost: (lost) => {
      told.lost += lost.reduce((sum, { lines }) => sum + lines, 0)
    },
    found: () => {
      told.found++
    },
    trouble: (trouble) => told.troubles.push(trouble)
  }
  const spool = new Spool(
    { dir, maxBytes: 8 * 1_048_576, fsync: 'never', target: TARGET, host: 'a-host', pid: 1, ...settings },
    disk,
    { now: () => 1_735_787_045_000 + clock.now, monotonic: () => clock.now },
    listener
  )
  await spool.start()
  return { spool, told, clock }
}

export interface ReadLine {
  readonly id: number
  readonly text: string
  readonly value: string
  readonly epoch: number | undefined
}

/** Reads everything that is unread. */
export function readAll(spool: Spool): ReadLine[] {
  const lines: ReadLine[] = []
  while (spool.hasUnread) {
    const isRead = spool.read(({ id, line, value, epoch }) => {
      lines.push({ id, text: line.toString(), value, epoch })
    })
    if (!isRead) break
  }
  return lines
}

export const texts = (spool: Spool): string[] => readAll(spool).map(({ text }) => text)

/** Lets sockets and callbacks run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

/** The machine's disk, with locks whose owner can be killed: nobody listens any more, and the file stays. */
export function mortalDisk(): { readonly disk: Disk; readonly kill: () => void } {
  const kills: (() => void)[] = []
  const disk: Disk = {
    ...machineDisk,
    lock(path) {
      const server = createServer((socket) => socket.destroy()).unref()
      server.listen({ path, exclusive: true })
      // Closing removes the file: it goes out of the way for that moment.
      kills.push(() => {
        renameSync(path, `${path}.away`)
        server.close()
        renameSync(`${path}.away`, path)
      })
      return {
        release() {
          server.close()
        }
      }
    }
  }
  return { disk, kill: () => kills.at(-1)?.() }
}
