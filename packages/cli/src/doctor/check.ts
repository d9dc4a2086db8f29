import { inDoctorFlags } from '../options.ts'

/** What one look at something found. */
export interface Check {
  readonly name: string
  /** `null`: skipped, because something before it failed, or because there is nothing to look at. */
  readonly ok: boolean | null
  readonly detail: string
  /** What to do about it; `null` unless it failed. */
  readonly cure: string | null
}

export function passed(name: string, detail: string): Check {
  return { name, ok: true, detail, cure: null }
}

/** `cure` with options in braces, as the library gives it. */
export function failed(name: string, detail: string, cure: string): Check {
  return { name, ok: false, detail, cure: inDoctorFlags(cure) }
}

export function skipped(name: string, why: string): Check {
  return { name, ok: null, detail: `skipped: ${why}`, cure: null }
}
