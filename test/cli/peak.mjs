// Tells at the end how much memory the process has held at most.
process.on('exit', () => {
  process.stderr.write(`peak ${Math.round(process.resourceUsage().maxRSS / 1_024)} MiB\n`)
})
