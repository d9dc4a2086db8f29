/** The one line that the transport writes itself: how many of the user's are missing. Pure. */

export interface DroppedLines {
  readonly lines: number
  readonly bytes: number
  readonly why: string
  readonly hostname: string
  /** ms since the epoch. */
  readonly now: number
}

/** A JSON line with the fields that loggers have, and a member of our own to search for: `dis_dropped`. */
export function droppedLine({ lines, bytes, why, hostname, now }: DroppedLines): string {
  return JSON.stringify({
    level: 'warn',
    time: new Date(now).toISOString(),
    hostname,
    msg: `${lines} log line${lines === 1 ? '' : 's'} dropped before this one: ${why}`,
    dis_dropped: { lines, bytes }
  })
}
