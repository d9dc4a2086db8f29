/**
 * Does the judge judge? Each mutation is a fault that somebody could make, put into a copy of the code: `pnpm simulate --mutations`
 * says after how many seeds each one is found. `file` is below packages/core/src.
 */

/** @typedef {{ readonly name: string, readonly file: string, readonly find: string, readonly replace: string }} Mutation */

/** @type {readonly Mutation[]} */
export const MUTATIONS = [
  {
    name: 'an acknowledgement on disk is forgotten',
    file: 'delivery/settlement.ts',
    find: "this.#ledger.endSpooled(epoch, 'delivered')\n        this.#settledOnDisk.push(spoolId)",
    replace: "this.#ledger.endSpooled(epoch, 'delivered')"
  },
  {
    name: 'a delivered line is counted twice',
    file: 'delivery/settlement.ts',
    find: 'this.#runLines++',
    replace: 'this.#runLines += this.#runLines === 6 ? 2 : 1'
  },
  {
    name: 'the limit of the buffer is checked without the new line',
    file: 'queue/buffer-limit.ts',
    find: 'return this.#used() + bytes + LINE_OVERHEAD_BYTES - this.#settings.maxBytes',
    replace: 'return this.#used() - bytes - this.#settings.maxBytes'
  },
  {
    name: 'bodies in flight are not given back',
    file: 'queue/buffer-limit.ts',
    find: 'this.#inFlightBytes += bytes',
    replace: 'this.#inFlightBytes += Math.abs(bytes)'
  },
  {
    name: 'a writer who waits is not told of room',
    file: 'queue/buffer-limit.ts',
    find: 'if (!this.#isBlocked) return false\n    if',
    replace: 'if (!this.#isBlocked || this.#used() > 0) return false\n    if'
  },
  {
    name: 'a throttled record is rejected',
    file: 'delivery/decide.ts',
    find: "return this.#again(record, 'throttled', reason)",
    replace: 'return REJECTED'
  },
  {
    name: 'a record without a result is taken for stored',
    file: 'wire/response.ts',
    find: "const missing: RecordResult = anyFailed ? { kind: 'unknown' } :",
    replace: 'const missing: RecordResult ='
  },
  {
    name: 'only the count of failures is believed',
    file: 'wire/response.ts',
    find: "if (code !== '') return",
    replace: "if (code !== '' && !('partition_id' in entry)) return"
  },
  {
    name: 'the results are shifted by one',
    file: 'delivery/decide.ts',
    find: "results[record] ?? { kind: 'unknown' }",
    replace: "results[(record + 1) % this.#batch.records] ?? { kind: 'unknown' }"
  },
  {
    name: 'a late answer is taken, too',
    file: 'delivery/dispatcher.ts',
    find: 'health.end(flight)\n    if (!queue.awaits(batch)) return',
    replace: 'if (!queue.awaits(batch)) return\n    if (outcome.kind !== "retry") health.end(flight)'
  },
  {
    name: 'a living owner is taken for dead',
    file: 'spool/orphans.ts',
    find: "if (state === 'alive') this.#silence.delete(owner)",
    replace: "if (state === 'alive') dead.add(owner)"
  },
  {
    name: 'a silent owner is taken for dead too soon',
    file: 'spool/orphans.ts',
    find: 'export const SILENT_TICKS = 12',
    replace: 'export const SILENT_TICKS = 0'
  },
  {
    name: 'the spool does not sync',
    file: 'spool/segment.ts',
    find: 'if (syncs) file.sync()',
    replace: ''
  },
  {
    name: 'the names of a new file are not synced',
    file: 'spool/segment.ts',
    find: 'file.syncSoon((error) => {',
    replace: 'if (this.#isOpen) return\n    file.syncSoon((error) => {'
  },
  {
    name: 'what the disk refused is forgotten',
    file: 'spool/spool-stage.ts',
    find: 'if (this.#refusedAtEnd === undefined) this.#catchUp.takeBack(lines)',
    replace: 'if (this.#refusedAtEnd === undefined) return'
  },
  {
    name: 'a breaker that never opens',
    file: 'delivery/circuit-breaker.ts',
    find: 'return this.#refusals >= MAX_REFUSALS',
    replace: 'return this.#refusals < 0'
  },
  {
    name: 'the clock is corrected once only',
    file: 'delivery/service-health.ts',
    find: 'const wrongMs = correctClock(serverDate)',
    replace: 'const wrongMs = this.#isClockCorrected ? 0 : correctClock(serverDate)'
  },
  {
    name: 'a flush is over early',
    file: 'delivery/ledger.ts',
    find: 'if (epoch === undefined || epoch.unsettled > 0) return',
    replace: 'if (epoch === undefined || epoch.unsettled > 1) return'
  },
  {
    name: 'a close that waits for all',
    file: 'producer.ts',
    find: 'const cancelTimer = clock.timer(timeoutMs, finish)',
    replace: 'const cancelTimer = clock.timer(10 * timeoutMs + 5_000, finish)'
  },
  {
    name: 'what is left at the end is not saved',
    file: 'delivery/shutdown.ts',
    find: 'spool === undefined ? rest : spool.save(rest)',
    replace: 'spool === undefined ? rest : spool.save(rest.slice(1))'
  },
  {
    name: 'a timer that is not cleared',
    file: 'delivery/dispatcher.ts',
    find: 'const at = Math.max(queue.nextDueAt(now), health.pausedUntil, roomAt)',
    replace: 'const at = Math.min(now + 1, Math.max(queue.nextDueAt(now), health.pausedUntil))'
  },
  {
    name: 'lines go to memory although older ones wait on disk',
    file: 'spool/spool-stage.ts',
    find: 'const goesToMemory = !isWaiting && limit.fits(line.length)',
    replace: 'const goesToMemory = limit.fits(line.length)'
  },
  {
    name: 'another stream takes the lines of a folder',
    file: 'spool/orphans.ts',
    find: 'parts: orphans.filter(({ target }) => target === this.#target)',
    replace: 'parts: orphans'
  },
  {
    name: 'a wait that never ends',
    file: 'delivery/concurrency-limit.ts',
    find: 'this.#pausedUntil = now + Math.min(Math.max(atLeastMs, waitMs), longestMs)',
    replace: 'this.#pausedUntil = now + Math.max(atLeastMs, waitMs) * (this.#failures > 3 ? 1e6 : 1)'
  },
  {
    name: 'the lane of a record that waits by itself is never freed',
    file: 'queue/lanes.ts',
    find: 'if (this.#detached.delete(lane)) this.heldBytes -= lane.heldBytes',
    replace: 'this.#detached.delete(lane)'
  },
  {
    name: 'lanes without a line are kept for ever',
    file: 'queue/lanes.ts',
    find: 'this.#idle.size > MAX_IDLE_LANES || this.#idleBytes > this.#maxIdleBytes',
    replace: 'this.#idle.size > MAX_IDLE_LANES'
  },
  {
    name: 'bodies in flight have no bound of their own',
    file: 'queue/buffer-limit.ts',
    find: 'return this.#inFlightBytes - lateBytes < this.#settings.maxBytes / IN_FLIGHT_PART',
    replace: 'return this.#inFlightBytes - lateBytes < this.#settings.maxBytes * IN_FLIGHT_PART'
  },
  {
    name: 'a page whose lines are gone is not counted as free',
    file: 'queue/pages.ts',
    find: 'this.#held -= page.bytes.length\n    if (page.bytes',
    replace: 'if (page.bytes'
  },
  {
    name: 'a second failure of a line is not counted',
    file: 'queue/line-store.ts',
    find: 'this.attempts(id) + 1, MOST_ATTEMPTS',
    replace: 'this.attempts(id) || 1, MOST_ATTEMPTS'
  },
  {
    name: 'a line is tried once more than it may',
    file: 'delivery/decide.ts',
    find: 'this.#lines.attempts(line) + 1 >= maxAttempts',
    replace: 'this.#lines.attempts(line) >= maxAttempts'
  },
  {
    name: 'what failed is sent again at once',
    file: 'delivery/backoff.ts',
    find: 'return Math.round(random * bound)',
    replace: 'return Math.round(random * bound * 0)'
  },
  {
    name: 'lines without an answer are given up',
    file: 'delivery/decide.ts',
    find: "this.#each((record) => this.#again(record, 'request', reason))",
    replace:
      "this.#each((record) => this.#ambiguous === 1 && record > 3 ? { kind: 'stored', partitionId: '' } : this.#again(record, 'request', reason))"
  },
  {
    name: 'a line of a text goes with the key of the line before',
    file: 'queue/text-intake.ts',
    find: 'if (isSame && lines > 0) queue.putNext',
    replace: 'if (lines > 0) queue.putNext'
  },
  {
    name: 'lines of a long text are not all entered',
    file: 'queue/text-intake.ts',
    find: 'books.enter(lines)',
    replace: 'books.enter(Math.min(lines, 20))'
  },
  {
    name: 'two lines get the same id',
    file: 'record/line-id.ts',
    find: 'this.#next++',
    replace: 'this.#next === 5 ? this.#next : this.#next++'
  },
  {
    name: 'two producers give the same ids',
    file: 'compose.ts',
    find: 'parts.uniqueId ?? uniqueProducerId()',
    replace: "'one-producer'"
  },
  {
    name: 'a backslash is not escaped with the newlines',
    file: 'record/newlines.ts',
    find: 'text.replace(/[\\\\\\n]/g',
    replace: 'text.replace(/[\\n]/g'
  },
  {
    name: 'the memory of a body is used again before its answer',
    file: 'wire/form.ts',
    find: 'if (codec === undefined) return { body: plain, headers: this.#headers }',
    replace:
      'this.#bodies.release(plain)\nif (codec === undefined) return { body: plain, headers: this.#headers }'
  }
]
