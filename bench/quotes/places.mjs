/** Where figures of bench/results are quoted. `{name}` stands for one of them; a space for any space, also at the end of a line. */

/** @typedef {{ file: string, text: string }} Place */

/** @type {readonly Place[]} */
export const PLACES = [
  { file: 'README.md', text: '{fed to loki} × the CPU of pino-loki a line' },
  { file: 'README.md', text: '{fed to kinesis} × that of the AWS SDK for Kinesis' },
  { file: 'README.md', text: '{pino call} × what `pino/file` takes there' },
  { file: 'README.md', text: '{winston call} × an empty winston transport' },
  { file: 'README.md', text: '{dis more at 1000} % of a core more than `pino/file` (`pnpm bench:paced`)' },
  { file: 'README.md', text: 'up after {pino up} × its time (`pnpm bench:startup`)' },
  { file: 'README.md', text: '| {fed dis} µs | pino-loki {fed loki} µs |' },
  { file: 'README.md', text: '| {peak of pino-dis} MB | pino-loki {peak of pino-loki} MB |' },
  { file: 'README.zh-CN.md', text: 'pino-loki 的 {fed to loki} 倍' },
  { file: 'README.zh-CN.md', text: 'AWS 的 Kinesis SDK 的 {fed to kinesis} 倍' },
  { file: 'README.zh-CN.md', text: '`pino/file` 的 {pino call} 倍' },
  { file: 'README.zh-CN.md', text: '空 winston transport 的 {winston call} 倍' },
  {
    file: 'README.zh-CN.md',
    text: '比 `pino/file` 多占用一个核的 {dis more at 1000}%（`pnpm bench:paced`）'
  },
  { file: 'README.zh-CN.md', text: '就绪所需时间是它的 {pino up} 倍（`pnpm bench:startup`）' },
  { file: 'README.zh-CN.md', text: '| {fed dis} µs | pino-loki {fed loki} µs |' },
  { file: 'README.zh-CN.md', text: '| {peak of pino-dis} MB | pino-loki {peak of pino-loki} MB |' },
  ...['docs/tuning.md', 'docs/zh/tuning.md'].flatMap((file) => [
    { file, text: '`createProducer` {early peak of createProducer} → {peak of createProducer} MB' },
    { file, text: 'winston-dis {early peak of winston-dis} → {peak of winston-dis}' },
    { file, text: 'pino-dis {early peak of pino-dis} → {peak of pino-dis}' },
    { file, text: 'pino/file {early peak of pino/file} → {peak of pino/file}' },
    { file, text: 'pino-loki {early peak of pino-loki} → {peak of pino-loki}' }
  ]),
  { file: 'docs/tuning.md', text: 'medians of {rounds} rounds' },
  {
    file: 'docs/tuning.md',
    text: 'takes {dis more at 1000} % of a core more than pino/file does (pino-loki: {loki more at 1000} %)'
  },
  { file: 'docs/tuning.md', text: 'at 10,000 {dis more at 10000} % (pino-loki: {loki more at 10000} %)' },
  { file: 'docs/tuning.md', text: 'after {pino up} × the time that pino/file needs' },
  { file: 'docs/tuning.md', text: 'back after {winston up} × that time' },
  { file: 'docs/tuning.md', text: '{four processes} × the CPU a line of one' },
  { file: 'docs/tuning.md', text: '{process peak} MB each' },
  { file: 'docs/tuning.md', text: 'after {p50 at 1000} ms (p99: {p99 at 1000})' },
  { file: 'docs/tuning.md', text: 'and it is after {p50 at 10000} ms ({p99 at 10000})' },
  { file: 'docs/tuning.md', text: '`lingerMs: 20` it is after {p50 with 20} ms ({p99 with 20})' },
  { file: 'docs/zh/tuning.md', text: '取 {rounds} 轮的中位数' },
  {
    file: 'docs/zh/tuning.md',
    text: '多占用一个核的 {dis more at 1000}%（pino-loki 为 {loki more at 1000}%）'
  },
  {
    file: 'docs/zh/tuning.md',
    text: '10,000 行时为 {dis more at 10000}%（pino-loki 为 {loki more at 10000}%）'
  },
  { file: 'docs/zh/tuning.md', text: '是 pino/file 的 {pino up} 倍' },
  { file: 'docs/zh/tuning.md', text: '是该时间的 {winston up} 倍' },
  { file: 'docs/zh/tuning.md', text: '单个进程的 {four processes} 倍' },
  { file: 'docs/zh/tuning.md', text: '每个进程的内存峰值为 {process peak} MB' },
  { file: 'docs/zh/tuning.md', text: '{p50 at 1000} ms 后得到确认（p99 为 {p99 at 1000}）' },
  { file: 'docs/zh/tuning.md', text: '10,000 行时为 {p50 at 10000} ms（{p99 at 10000}）' },
  { file: 'docs/zh/tuning.md', text: '`lingerMs: 20` 时为 {p50 with 20} ms（{p99 with 20}）' }
]

/** The pages with the table of costs: the first table of each. */
export const COST_TABLES = ['docs/tuning.md', 'docs/zh/tuning.md']
