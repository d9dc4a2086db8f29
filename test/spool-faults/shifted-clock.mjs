// `--import` this: the wall clock of the process is off by CLOCK_SHIFT_MS, and can be moved. Durations stay right.
const RealDate = Date
let shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0)

class ShiftedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shiftMs)
    else super(...given)
  }
  static now() {
    return RealDate.now() + shiftMs
  }
}
globalThis.Date = ShiftedDate

// Taken from the wall clock when a process starts, and never again.
const timeOrigin = performance.timeOrigin + shiftMs
Object.defineProperty(performance, 'timeOrigin', { get: () => timeOrigin })

globalThis.shiftClock = (byMs) => {
  shiftMs += byMs
}
