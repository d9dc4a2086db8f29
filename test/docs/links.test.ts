import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8'
})
  .trim()
  .split('\n')
  .filter((file) => !file.startsWith('.changeset/') && existsSync(join(ROOT, file)))

/** A document without its code, in which nothing is a link or a heading. */
const proseOf = (text: string) => text.replace(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2`*$/gm, '')

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const said = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = said
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id)
  return anchors
}

/** Where the links of a document lead, but for those to other sites. */
function targetsIn(text: string): string[] {
  const prose = proseOf(text).replace(/`[^`\n]*`/g, '``')
  const inline = [...prose.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g)]
  const named = [...prose.matchAll(/^\[[^\]]+\]: (\S+)/gm)]
  const inHtml = [...prose.matchAll(/(?:src|href|srcset)="([^"]+)"/g)]
  return [...inline, ...named, ...inHtml]
    .map(([, target = '']) => target)
    .filter((to) => !/^[a-z]+:/.test(to))
}

/** What is wrong with a link of a file, undefined if nothing is. */
function faultOf(file: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#')
  const to = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), decodeURI(path))
  if (relative(ROOT, to).startsWith('..')) return `${target} leads out of the repository`
  if (!existsSync(to)) return `${target} is not there`
  if (anchor === undefined) return undefined
  const document = statSync(to).isDirectory() ? join(to, 'README.md') : to
  if (!document.endsWith('.md') || anchorsOf(readFileSync(document, 'utf8')).has(decodeURI(anchor)))
    return undefined
  return `${target}: no such heading`
}

describe('links', () => {
  it('are found', () => {
    const all = files.flatMap((file) => targetsIn(readFileSync(join(ROOT, file), 'utf8')))
    expect(files.length).toBeGreaterThan(40)
    expect(all.length).toBeGreaterThan(150)
    expect(all.filter((target) => target.includes('#')).length).toBeGreaterThan(20)
  })

  it.each(files)('%s: all lead somewhere', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    expect(targetsIn(text).flatMap((target) => faultOf(file, target) ?? [])).toEqual([])
  })

  it.each([
    ['docs/gone.md', 'docs/gone.md is not there'],
    ['../x.md', '../x.md leads out of the repository'],
    ['docs/options.md#no-such', 'docs/options.md#no-such: no such heading'],
    ['#no-such', '#no-such: no such heading']
  ])('would not, with %s', (target, fault) => {
    expect(targetsIn(`[a](${target})`)).toEqual([target])
    expect(faultOf('README.md', target)).toBe(fault)
  })

  it('have the anchors that GitHub makes', () => {
    const text = '# `a.b` and C_d\n\n## Twice\n\n## Twice\n\n```\n# none\n```\n\n## [L](x) 流控、2\n'
    expect([...anchorsOf(text)]).toEqual(['ab-and-c_d', 'twice', 'twice-1', 'l-流控2'])
  })
})

describe('files that the guides name', () => {
  it.each(['CONTRIBUTING.md', 'RELEASING.md'])('%s: are there', (guide) => {
    const text = readFileSync(join(ROOT, guide), 'utf8')
    const named = [...text.matchAll(/`((?:packages|test|docs|release|examples|bench)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path
    )
    expect(named.length).toBeGreaterThan(guide === 'CONTRIBUTING.md' ? 20 : 0)
    // What a run writes is not committed.
    const written = ['release/out', 'test/simulation/found', 'test/soak/reports', 'test/fuzz/corpus']
    expect(named.filter((path) => !existsSync(join(ROOT, path)) && !written.includes(path))).toEqual([])
  })
})
