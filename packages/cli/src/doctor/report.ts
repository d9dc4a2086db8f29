/** Checks → what people or programs read. Both on stdout: the report is the data of this command. */
import { printable } from '@dis-logs/core'
import type { Io, TextOutput } from '../io.ts'
import { paint } from '../output.ts'
import type { Check } from './check.ts'

/** Takes the checks one by one. */
export interface Report {
  add(check: Check): void
  end(): void
}

/** A line for each check, as soon as it is done; one for all that are skipped in a row for the same reason. */
export function linesTo({ stdout }: Io): Report {
  let names: string[] = []
  let why = ''
  const tellSkipped = () => {
    if (names.length > 0) stdout.write(`${paint(stdout, 'dim', `– ${names.join(', ')}: ${why}`)}\n`)
    names = []
  }
  return {
    add(check) {
      const { detail, name, ok } = check
      if (ok !== null || detail !== why) tellSkipped()
      if (ok === null) {
        names.push(name)
        why = detail
        return
      }
      stdout.write(`${lineOf(check, stdout)}\n`)
    },
    end: tellSkipped
  }
}

/** A check that was made, in a line. */
export function lineOf({ cure, detail, name, ok }: Check, output: TextOutput): string {
  const mark = ok === true ? paint(output, 'green', '✔') : paint(output, 'red', '✘')
  return `${mark} ${name}: ${detail}${cure === null ? '' : ` — ${cure}`}`
}

/** One object with all of them, at the end. */
export function jsonTo({ stdout }: Io): Report {
  const checks: Check[] = []
  return {
    add: (check) => void checks.push(check),
    end: () => {
      const ok = checks.every((check) => check.ok !== false)
      stdout.write(`${printable(JSON.stringify({ ok, checks }, null, 2), '\n')}\n`)
    }
  }
}
