import { cellsOf } from './tables.ts'

/** A part of a Markdown file that a translation has at the same place: a heading, a paragraph, a row … */
export interface Block {
  readonly kind: string
  /** Of a row: its cells. Of code: its lines. Of anything else: one text. */
  readonly texts: readonly string[]
}

const RULE = /^\|[ :|-]+\|$/

/** Every block of a Markdown file, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: { kind: string; texts: string[] }[] = []
  let fence = ''
  let isOpen = false
  for (const raw of markdown.split('\n')) {
    const line = raw.trim()
    const last = blocks.at(-1)
    if (fence !== '') {
      if (line.startsWith(fence)) fence = ''
      else last?.texts.push(raw)
      continue
    }
    const [, mark = '', language = ''] = /^(```+)(.*)$/.exec(line) ?? []
    const kind = kindOf(line)
    if (mark !== '') {
      fence = mark
      blocks.push({ kind: `code ${language}`, texts: [] })
    } else if (kind === 'row' && !RULE.test(line)) blocks.push({ kind, texts: cellsOf(line) })
    else if (kind === 'rule') blocks.push({ kind, texts: [line.replace(/-+/g, '-').replaceAll(' ', '')] })
    else if (kind === 'text' && isOpen) last?.texts.splice(0, 1, `${last.texts[0]} ${line}`)
    else if (kind !== '') blocks.push({ kind, texts: [line.replace(/^(#+|-|\d+\.|>) /, '')] })
    isOpen = mark === '' && ['text', 'item', 'number', 'quote'].includes(kind)
  }
  return blocks
}

function kindOf(line: string): string {
  if (line === '') return ''
  if (RULE.test(line)) return 'rule'
  if (line.startsWith('|')) return 'row'
  const [, hashes] = /^(#+) /.exec(line) ?? []
  if (hashes !== undefined) return `heading ${hashes.length}`
  if (line.startsWith('- ')) return 'item'
  if (/^\d+\. /.test(line)) return 'number'
  return line.startsWith('> ') ? 'quote' : 'text'
}

/** The name by which GitHub links to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}

/** Targets of links and pictures, in order. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}
