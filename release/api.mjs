/**
 * `pnpm api`: writes docs/api, the public types of each package as its tarball has them, one declaration after another and without
 * comments. A test compares it with what was built, so a change of a public type is seen in the diff of a commit, where somebody
 * meant it or did not. Types that are not exported but reachable are in it: a user's code depends on them, too.
 *
 * Not API Extractor: it wants one entry and one rolled-up file for each package and brings a TypeScript of its own; the declarations
 * that tsdown bundles need nothing but to be found and put in order.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import ts from 'typescript'
import { manifestsOf } from './packages.mjs'

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    out: { type: 'string' }
  }
})
const out = values.out ?? join(values.root, 'docs/api')
const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed })

mkdirSync(out, { recursive: true })
for (const { folder, manifest } of manifestsOf(values.root).packages) {
  const file = join(out, `${folder.split('/').at(-1)}.md`)
  writeFileSync(file, reportOf(manifest, join(values.root, folder)))
}

function reportOf({ name, exports }, folder) {
  const entries = Object.entries(exports).flatMap(([path, { import: target }]) =>
    target === undefined ? [] : [{ entry: name + path.slice(1), file: join(folder, target.types) }]
  )
  // Only files of the package are read: what comes from elsewhere stands in the declarations by its name.
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      noLib: true,
      types: [],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext
    }
  )
  const checker = program.getTypeChecker()
  const inner = new Map()
  const shown = new Set()
  const parts = entries.map(({ entry, file }) => {
    const source = program.getSourceFile(file)
    if (source === undefined) throw new Error(`${file} is not there: pnpm build`)
    const names = checker.getExportsOfModule(checker.getSymbolAtLocation(source))
    const texts = names.map((symbol) => exported(symbol, { checker, folder, shown, inner }))
    return `## ${entry}\n\n${fenced(texts)}`
  })
  const own = [...inner].filter(([symbol]) => !shown.has(symbol))
  const rest =
    own.length === 0
      ? ''
      : `\n## Not exported, but part of the above\n\n${fenced(own.map(([, text]) => text))}`
  return `# ${name}\n\nWritten by \`pnpm api\` from the built types; a change here is a change for users.\n\n${parts.join('\n')}${rest}`
}

function fenced(texts) {
  const sorted = texts.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return `\`\`\`ts\n${sorted.map(({ text }) => text).join('\n')}\n\`\`\`\n`
}

/** One export: where it comes from, or its declarations; what these mention is remembered in `inner`. */
function exported(symbol, context) {
  const { name } = symbol
  const { target, from } = resolved(symbol, context.checker)
  if (from !== undefined) return { name, text: `export { ${name} } from '${from}'` }
  context.shown.add(target)
  const text = textOf(target, context)
  const isRenamed = name !== target.name.replace(/\$\d+$/, '')
  return { name, text: isRenamed ? `${text}\nexport { ${target.name} as ${name} }` : text }
}

/** Follows a name through the files of the package to its declaration, or to the package that it is imported from. */
function resolved(symbol, checker) {
  let target = symbol
  while (target.flags & ts.SymbolFlags.Alias) {
    const [declaration] = target.declarations ?? []
    const statement = ts.findAncestor(
      declaration,
      (node) => ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    )
    const from = statement?.moduleSpecifier?.text
    if (from !== undefined && !from.startsWith('.')) return { target, from }
    const next = checker.getImmediateAliasedSymbol(target)
    if (next === undefined) break
    target = next
  }
  return { target }
}

function textOf(symbol, context) {
  return symbol.declarations.map((declaration) => printed(declaration, context)).join('\n')
}

function printed(declaration, context) {
  // Of `const a: T` the statement, for its keyword.
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  remember(node, context)
  const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
  return text
    .replace(/^(export )?(default )?(declare )?/, '')
    .replace(/^ *(private .*|#\w+;)\n/gm, '')
    .replace(/\b(\w+)\$\d+\b/g, '$1')
}

/** Declarations of the package that a node mentions. */
function remember(node, context) {
  const visit = (child) => {
    if (ts.isIdentifier(child)) {
      const mentioned = context.checker.getSymbolAtLocation(child)
      if (mentioned !== undefined) add(mentioned)
    }
    ts.forEachChild(child, visit)
  }
  const add = (mentioned) => {
    const { target, from } = resolved(mentioned, context.checker)
    const [declaration] = target.declarations ?? []
    const isOwn = from === undefined && declaration?.getSourceFile().fileName.startsWith(context.folder)
    if (!isOwn || context.inner.has(target) || !isTopLevel(declaration)) return
    // Before its text, because a type may mention itself.
    context.inner.set(target, undefined)
    context.inner.set(target, { name: target.name, text: textOf(target, context) })
  }
  visit(node)
}

function isTopLevel(declaration) {
  const holder = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  return ts.isSourceFile(holder.parent)
}
