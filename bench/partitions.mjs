/**
 * `pnpm bench:partitions`: how well the producer fills partitions whose limits are rates, against a local DIS
 * that has these limits. In production this, and not CPU, decides how much gets through.
 */
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import { failingPartition } from './partitions/failing.mjs'
import { hotPartition, raisedLimit, steadyLoad } from './partitions/scenarios.mjs'
import { unseenKeys } from './partitions/unseen.mjs'
import { partitionsReport } from './report/partitions.mjs'
import { partitionsChart } from './report/partitions-chart.mjs'
import { RESULTS, store } from './report/store.mjs'

const flags = readFlags('pnpm bench:partitions -- fills partitions of a local DIS with its limits on', {
  loads: { default: [0.5, 1, 2, 5, 10], about: 'offered load as multiples of the limit' },
  partitions: { default: [1, 4, 8], about: 'numbers of partitions' },
  latencies: { default: [1, 50, 300], about: 'ms that the service takes to answer' },
  seconds: { default: 8, about: 'length of a run; the first 3 are not counted' },
  burst: {
    default: 1_000,
    about: "ms of unused rate that a partition's bucket holds (loads and hot partition)"
  },
  short: { default: false, about: 'a few runs of each kind, about three minutes' },
  only: { default: '', about: 'one of: load, raise, hot, failing, unseen' },
  out: { default: RESULTS, about: 'folder for the results' }
})
const grid = flags.short
  ? { ...flags, loads: [0.5, 2, 10], partitions: [1, 4], latencies: [50], seconds: 6, waitMs: 10_000 }
  : { ...flags, waitMs: 20_000 }
const wants = (/** @type {string} */ kind) => flags.only === '' || flags.only === kind
const on = machine()

/** @type {Awaited<ReturnType<typeof steadyLoad>>[]} */
const loads = []
for (const aggregate of wants('load') ? [false, true] : []) {
  for (const partitions of grid.partitions) {
    for (const latencyMs of grid.latencies) {
      for (const load of grid.loads) {
        const row = await steadyLoad({
          load,
          aggregate,
          partitions,
          latencyMs,
          seconds: grid.seconds,
          burstMs: grid.burst
        })
        loads.push(row)
        console.log(
          `${aggregate ? 'aggregated' : 'single    '} ${partitions} partitions, ${latencyMs} ms, load ${load}: ` +
            `goodput ${Math.round(row.goodput * 100)} %, rejected ${(row.rejected * 100).toFixed(1)} %`
        )
      }
    }
  }
}

/** @type {Awaited<ReturnType<typeof raisedLimit>>[]} */
const raises = []
for (const latencyMs of wants('raise') ? grid.latencies : []) {
  raises.push(await raisedLimit({ latencyMs, raiseAfterMs: 10_000, waitMs: grid.waitMs }))
  console.log('limit raised:', raises.at(-1))
}

/** @type {Awaited<ReturnType<typeof hotPartition>>[]} */
const hot = []
for (const latencyMs of wants('hot') ? grid.latencies : []) {
  hot.push(await hotPartition({ latencyMs, seconds: 12, burstMs: grid.burst }))
  // A buffer that the hot partition's backlog fills within the run: from then on everybody waits for it.
  hot.push(await hotPartition({ latencyMs, seconds: 12, burstMs: grid.burst, bufferBytes: 4 * 1_048_576 }))
  console.log('one hot partition:', hot.at(-2), hot.at(-1))
}

/** @type {Awaited<ReturnType<typeof failingPartition>>[]} */
const failing = []
for (const latencyMs of wants('failing') ? grid.latencies : []) {
  for (const code of ['DIS.5000', 'DIS.4303']) {
    for (const keys of /** @type {const} */ (['none', 'new'])) {
      failing.push(await failingPartition({ code, keys, latencyMs, seconds: grid.seconds }))
      console.log('one failing partition:', failing.at(-1))
    }
  }
}

/** @type {Awaited<ReturnType<typeof unseenKeys>>[]} */
const unseen = []
for (const latencyMs of wants('unseen') ? grid.latencies : []) {
  for (const load of [0.5, 2, 5]) {
    unseen.push(await unseenKeys({ load, latencyMs, seconds: grid.seconds, burstMs: grid.burst }))
    console.log('keys never seen before:', unseen.at(-1))
  }
}

const results = { machine: on, burstMs: grid.burst, loads, raises, hot, failing, unseen }
const report = partitionsReport(results)
console.log(`\n${report}`)
store(flags.out, {
  'partitions.json': results,
  'partitions.md': report,
  ...(loads.length > 0 && { 'partitions.svg': partitionsChart(loads) })
})
