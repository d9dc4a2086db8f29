/** source → lines → producer, no faster than the producer takes them. */
import { once } from 'node:events'
import { addAbortSignal } from 'node:stream'
import type { Producer } from '@dis-logs/core'
import { LineSplitter } from '../lines.ts'
import type { Source } from './sources.ts'

/** What was read so far. */
export interface Intake {
  lines: number
  bytes: number
  /** Bytes of the sources, line ends included. */
  readBytes: number
  /** Bytes of lines beyond what a record holds. They are lost, and a few more where the mark stands. */
  excessBytes: number
}

/** Bytes of a record: the producer cuts what is longer. */
const RECORD_BYTES = 1_048_576

/**
 * Writes every line of a source. Resolves at its end, or early when `signal` is aborted; rejects if it
 * cannot be read. Held in memory: a chunk, and what the producer's buffer holds.
 */
export async function feed(
  source: Source,
  producer: Producer,
  intake: Intake,
  signal: AbortSignal
): Promise<void> {
  const splitter = new LineSplitter()
  const write = async (lines: Iterable<Buffer>) => {
    let hasRoom = true
    for (const line of lines) {
      hasRoom = producer.write(line)
      const bytes = line.length + splitter.takeLostBytes()
      intake.lines++
      intake.bytes += bytes
      intake.excessBytes += Math.max(0, bytes - RECORD_BYTES)
    }
    if (!hasRoom) await once(producer, 'drain', { signal })
  }
  try {
    for await (const chunk of addAbortSignal(signal, source.open())) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
      intake.readBytes += bytes.length
      await write(splitter.push(bytes))
    }
    await write(splitter.end())
  } catch (error) {
    if (signal.aborted) return
    // What was read before the failure is not lost with it.
    await write(splitter.end()).catch(() => {})
    throw error
  }
}
