// Child of bench:spool: writes lines in mode 'always' while nobody answers, and says what a line costs. Argument, as JSON:
// `core` (a build of @dis-logs/core), `lines`, `perTurn` (lines in one run of synchronous code).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { core, lines, perTurn } = JSON.parse(process.argv[2] ?? '{}')
const { createProducer } = await import(core)
const dir = mkdtempSync(join(tmpdir(), 'dis-logs-bench-spool-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))

const producer = createProducer({
  // Nothing listens there: only the disk is measured.
  endpoint: 'http://127.0.0.1:9',
  projectId: 'p',
  streamName: 's',
  credentials: { token: 'T' },
  retry: { baseMs: 60_000, maxMs: 60_000 },
  buffer: { maxBytes: 16 * 1_048_576 },
  spool: { dir, mode: 'always', fsync: 'never' }
})
producer.on('warning', () => {})
const line = JSON.stringify({ level: 30, time: Date.now(), hostname: 'web-01', msg: 'x'.repeat(170) })

/** @param {number} count */
async function write(count) {
  for (let written = 0; written < count; written += perTurn) {
    for (let n = 0; n < perTurn; n++) producer.write(line)
    // The spool writes in a microtask.
    await undefined
    await undefined
  }
}

await write(Math.round(lines / 8))
const before = process.cpuUsage()
await write(lines)
const { user, system } = process.cpuUsage(before)
if (producer.stats().spooled === 0) throw new Error('nothing was spooled')
process.send?.({ microsPerLine: (user + system) / lines })
await producer.close({ timeoutMs: 1 })
process.disconnect?.()
