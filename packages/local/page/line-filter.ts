import { LEVELS, type Line, levelOf } from './line.ts'

/** What somebody looks for. Empty and undefined: everything. */
export interface Wanted {
  /** Words that must all be in the line, `-word` must not, `"two words"` as they stand. Case does not matter. */
  readonly text: string
  /** A part of it, in any case; in quotes all of it. */
  readonly key: string
  readonly stream: string
  readonly partition: number | undefined
  readonly minLevel: string
  readonly fromMs: number
  readonly toMs: number
}

export const EVERYTHING: Wanted = {
  text: '',
  key: '',
  stream: '',
  partition: undefined,
  minLevel: '',
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY
}

/** Whether a line is wanted. */
export type Filter = (line: Line) => boolean

/** The filter for it; undefined if everything is wanted. */
export function filterOf(wanted: Wanted): Filter | undefined {
  const filters: Filter[] = []
  const { key, stream, partition, fromMs, toMs } = wanted
  if (stream !== '') filters.push(({ record }) => record[1] === stream)
  if (partition !== undefined) filters.push(({ record }) => record[2] === partition)
  if (key !== '') {
    const [, whole] = /^"(.+)"$/.exec(key) ?? []
    const small = key.toLowerCase()
    filters.push(({ record }) => {
      return whole === undefined ? (record[4] ?? '').toLowerCase().includes(small) : record[4] === whole
    })
  }
  if (fromMs > EVERYTHING.fromMs || toMs < EVERYTHING.toMs) {
    filters.push(({ record }) => record[5] >= fromMs && record[5] <= toMs)
  }
  const names: readonly string[] = LEVELS
  const least = names.indexOf(wanted.minLevel)
  if (least > 0) {
    const urgent = new Set<string | undefined>(LEVELS.slice(least))
    filters.push(({ text }) => urgent.has(levelOf(text)))
  }
  for (const { word, isUnwanted } of wordsOf(wanted.text)) {
    // Finds without a copy in small letters of each line.
    const pattern = new RegExp(escaped(word), 'i')
    filters.push(({ text }) => pattern.test(text) !== isUnwanted)
  }
  return filters.length === 0 ? undefined : (line) => filters.every((filter) => filter(line))
}

/** The words of a search that are to be marked in the lines. */
export function markedWords(text: string): string[] {
  return wordsOf(text)
    .filter(({ isUnwanted }) => !isUnwanted)
    .map(({ word }) => word)
}

/** One expression for all the words; undefined if there are none. */
export function markPattern(text: string): RegExp | undefined {
  const words = markedWords(text).map(escaped)
  return words.length === 0 ? undefined : new RegExp(words.join('|'), 'gi')
}

function wordsOf(text: string): { readonly word: string; readonly isUnwanted: boolean }[] {
  return [...text.matchAll(/(-?)(?:"([^"]+)"|(\S+))/g)].map(([, minus = '', quoted, plain = '']) => {
    return { word: quoted ?? plain, isUnwanted: minus === '-' }
  })
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
