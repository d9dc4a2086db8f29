/** Files of dead letters → the stream, once more. */
import { addAbortSignal } from 'node:stream'
import type { Io } from '../io.ts'
import { LineSplitter } from '../lines.ts'
import { complain, count, lines, say } from '../output.ts'
import type { Patience } from '../ship/settle.ts'
import { causeOf, type Source } from '../ship/sources.ts'
import type { Stop } from '../signals.ts'
import { parseLetter } from './letters.ts'
import type { Sender } from './sender.ts'

interface Count {
  letters: number
  skipped: number
  unreadable: number
}

/** Sends the letters of all files, of certain codes only if there are any. @returns whether every letter was delivered */
export async function replayLetters(
  sources: readonly Source[],
  sender: Sender,
  { codes, patience }: { readonly codes: ReadonlySet<string>; readonly patience: Patience },
  stop: Stop,
  io: Io
): Promise<boolean> {
  const counted: Count = { letters: 0, skipped: 0, unreadable: 0 }
  for (const source of sources) {
    if (!stop.signal.aborted) await read(source, codes, sender, counted, stop, io)
  }
  await sender.end(patience, stop.signal)
  return tell(sender, counted, io)
}

async function read(
  source: Source,
  codes: ReadonlySet<string>,
  sender: Sender,
  counted: Count,
  { signal }: Stop,
  io: Io
): Promise<void> {
  const splitter = new LineSplitter()
  let number = 0
  const send = async (texts: Iterable<Buffer>) => {
    for (const text of texts) {
      number++
      const letter = splitter.takeLostBytes() > 0 ? 'it is longer than 16 MiB' : parseLetter(text)
      if (typeof letter !== 'string' && codes.size > 0 && !codes.has(letter.code)) {
        counted.skipped++
        continue
      }
      const problem = typeof letter === 'string' ? letter : sender.take(letter)
      if (problem === undefined) {
        counted.letters++
        await sender.untilRoom(signal)
      } else {
        counted.unreadable++
        complain(io, 'replay', `${source.name}: line ${number} is no dead letter: ${problem}`)
      }
    }
  }
  try {
    for await (const chunk of addAbortSignal(signal, source.open())) {
      await send(splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)))
    }
    await send(splitter.end())
  } catch (error) {
    if (signal.aborted) return
    counted.unreadable++
    complain(io, 'replay', `cannot read ${source.name}: ${causeOf(error)}`)
  }
}

function tell(sender: Sender, { letters, skipped, unreadable }: Count, io: Io): boolean {
  const { delivered, rejected, dropped, retriedRecords } = sender.totals()
  say(
    io,
    'replay',
    [
      `${lines(letters)} sent again`,
      `${count(delivered)} delivered`,
      `${count(rejected)} rejected`,
      `${count(dropped)} not sent`,
      `${count(skipped)} skipped`,
      `${count(unreadable)} unreadable`,
      `${count(retriedRecords)} retries`
    ].join(', ')
  )
  for (const complaint of sender.complaints()) complain(io, 'replay', complaint)
  return delivered === letters && unreadable === 0
}
