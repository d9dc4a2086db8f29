/** Every fault that a soak knows, by name: for `--only`, and for the history. */
export const NEMESIS_NAMES = [
  'errors',
  'ambiguity',
  'throttling',
  'limits',
  'rescale',
  'rotation',
  'refusal',
  'restart',
  'slices',
  'latency',
  'half-open',
  'resets',
  'cut-answers',
  'no-connections',
  'stop',
  'kill',
  'terminate',
  'full-disk'
] as const

export type NemesisName = (typeof NEMESIS_NAMES)[number]
