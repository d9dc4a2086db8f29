/** Checks → what people or programs read. Both on stdout: the report is the data of this command. */
import type { Io } from '../io.ts'
import { paint } from '../output.ts'
import type { Check } from './check.ts'

/** Takes the checks one by one. */
export interface Report {
  add(check: Check): void
  end(): void
}

/** A line for each check, as soon as it is done. */
export function linesTo({ stdout }: Io): Report {
  return {
    add({ cure, detail, name, ok }) {
      const rest = `${name}: ${detail}${cure === null ? '' : ` — ${cure}`}`
      if (ok === null) stdout.write(`${paint(stdout, 'dim', `– ${rest}`)}\n`)
      else stdout.write(`${ok ? paint(stdout, 'green', '✔') : paint(stdout, 'red', '✘')} ${rest}\n`)
    },
    end: () => {}
  }
}

/** One object with all of them, at the end. */
export function jsonTo({ stdout }: Io): Report {
  const checks: Check[] = []
  return {
    add: (check) => void checks.push(check),
    end: () => {
      const ok = checks.every((check) => check.ok !== false)
      stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`)
    }
  }
}
