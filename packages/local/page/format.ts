const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** `1,234`. */
export function count(number: number): string {
  return whole.format(number)
}

/** `0.4`, `12.3`, `1,230`. */
export function rate(perSecond: number): string {
  return perSecond >= 100 ? whole.format(perSecond) : short.format(perSecond)
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB']

/** `12.3 KiB`. */
export function bytes(number: number): string {
  let value = number
  let unit = 0
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024
    unit += 1
  }
  return `${value >= 100 ? whole.format(value) : short.format(value)} ${UNITS[unit]}`
}

/** `3.2 ms`, `1.4 s`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${short.format(ms)} ms` : `${short.format(ms / 1_000)} s`
}

/** `81 %`. */
export function percent(share: number): string {
  return `${whole.format(share * 100)} %`
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, '0')

/** `14:03:09.123`, of this machine's zone. */
export function time(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return '–'
  return `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`
}

/** `2026-11-29T14:03:09.123Z`. */
export function isoTime(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}
