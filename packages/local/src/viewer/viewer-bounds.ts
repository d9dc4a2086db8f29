/**
 * Bounds of the viewer. A page may be slow, asleep or hostile: what it holds of the server, and what it costs, is the same
 * however many records arrive.
 */

/** Pages that may be open at once; the next one gets 429. */
export const MAX_PAGES = 8

/** Time between two looks at what arrived. A line is in the page within this and the time of the network. */
export const TICK_MS = 100

/** Time between two pictures of the counters, which is what the charts are made of. */
export const STATE_MS = 1_000

/** Lines of a tick, so 6,000 a second. A page shows no more in any useful way; the rest is counted. */
export const MAX_LINES_PER_TICK = 600

/** Text of a tick, in bytes of data, so 2.5 MB a second. */
export const MAX_BYTES_PER_TICK: number = 256 * 1_024

/** Records of a tick whose keys are counted. Of more than 20,000 a second some are taken, and each stands for several. */
export const MAX_KEYS_PER_TICK = 2_000

/** Records from before the page was opened, and their data. */
export const MAX_EARLIER_RECORDS = 2_000
export const MAX_EARLIER_BYTES: number = 512 * 1_024

/** Lines that are split off one record; behind them stands how much is left. */
export const MAX_LINES_PER_RECORD = 1_000

/** Characters of one line. The page asks for the whole record when somebody looks at it. */
export const MAX_LINE_CHARACTERS = 4_096

/** Requests that are kept for a page to come, and requests of a tick. */
export const MAX_KEPT_REQUESTS = 500
export const MAX_REQUESTS_PER_TICK = 50

/** Senders that are told apart; the one that was silent for longest goes. */
export const MAX_SENDERS = 100

/** Keys of a stream that are counted in ten seconds, and keys that are shown. */
export const MAX_COUNTED_KEYS = 2_000
export const MAX_SHOWN_KEYS = 40

/** Characters of a key that tell it from others. */
export const MAX_KEY_CHARACTERS = 256

/** Streams and partitions in the pictures. */
export const MAX_SHOWN_STREAMS = 50
export const MAX_SHOWN_PARTITIONS = 256

/** Faults that a page may switch on. */
export const MAX_FAULTS = 100

/** Memory that an open page is reckoned to hold: an event under way in the socket, another one being made. */
export const PAGE_BYTES: number = 4 * 1_048_576
