/** What a figure was measured on: without it, nobody can say what it means. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export function machine() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1_073_741_824),
    // Above the number of cores, others were using them too.
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10
  }
}

/** @param {ReturnType<typeof machine>} on */
export const describeMachine = (on) =>
  `${on.date.slice(0, 16).replace('T', ' ')} UTC, Node ${on.node}, ${on.platform}, ${on.cores} cores (${on.cpu}), ` +
  `${on.memoryGb} GB; load before the run ${on.loadBefore}`
