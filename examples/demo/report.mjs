// What the demo prints at the end.

/** Prints the result; true if every line that was logged was read back, once. */
export function printReport({ apps, loads, results, records, loadedMs, flushedMs }) {
  const seen = new Map(apps.map((name) => [name, new Map()]))
  for (const { line } of records) {
    const count = seen.get(line.app)
    count?.set(line.n, (count.get(line.n) ?? 0) + 1)
  }
  const rows = apps.map((name, index) => {
    const { logged, stats } = results[index]
    const arrived = seen.get(name)
    const missing = Array.from({ length: logged }, (_, n) => n + 1).filter((n) => !arrived.has(n)).length
    const duplicates = [...arrived.values()].reduce((sum, times) => sum + times - 1, 0)
    return {
      name,
      requests: loads[index].requests.total,
      logged,
      arrived: arrived.size,
      missing,
      duplicates,
      stats
    }
  })

  console.log()
  table(
    [
      'app',
      'requests',
      'lines logged',
      'read back',
      'missing',
      'duplicates',
      'attempts',
      'throttled',
      'sent again',
      'bytes sent'
    ],
    rows.map(({ name, requests, logged, arrived, missing, duplicates, stats }) => [
      name,
      requests,
      logged,
      arrived,
      missing,
      duplicates,
      stats.attempts,
      stats.throttledRecords,
      stats.retriedRecords,
      stats.sentBytes
    ])
  )
  console.log()
  table(['partition', 'records'], counts(records.map(({ partitionId }) => partitionId)))
  console.log()
  table(['key', 'records'], counts(records.map(({ partitionKey }) => partitionKey ?? '(none)')))

  const logged = sum(rows.map((row) => row.logged))
  const missing = sum(rows.map((row) => row.missing))
  const duplicates = sum(rows.map((row) => row.duplicates))
  const seconds = (ms) => (ms / 1_000).toFixed(1)
  console.log(`\nload ${seconds(loadedMs)} s, everything delivered after ${seconds(flushedMs)} s`)
  console.log(
    `${logged} lines logged, ${records.length} records read back, ${missing} missing, ${duplicates} duplicated`
  )
  console.log(missing === 0 ? 'Nothing is missing.' : 'LINES ARE MISSING.')
  return missing === 0
}

function counts(values) {
  const byValue = new Map()
  for (const value of values) byValue.set(value, (byValue.get(value) ?? 0) + 1)
  return [...byValue].sort(([a], [b]) => a.localeCompare(b))
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

function table(head, rows) {
  const cells = [
    head,
    ...rows.map((row) =>
      row.map((value) => (typeof value === 'number' ? value.toLocaleString('en-US') : value))
    )
  ]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  for (const row of cells) {
    console.log(
      row
        .map((value, column) =>
          column === 0 ? value.padEnd(widths[column]) : value.padStart(widths[column])
        )
        .join('  ')
    )
  }
}
