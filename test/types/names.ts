/** The names that a declaration file exports, and those that a test of types makes use of. */
import ts from 'typescript'

/** @throws Error if names may be exported in another way than by a list at the end, as our build writes it */
export function exportedNames(declarations: string): string[] {
  return parse(declarations).statements.flatMap((statement) => {
    const isExport =
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true)
    if (isExport) throw new Error(`cannot read ${statement.getText().slice(0, 80)}`)
    if (!ts.isExportDeclaration(statement)) return []
    if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause))
      throw new Error(`cannot read ${statement.getText()}`)
    return statement.exportClause.elements.map(({ name }) => name.text)
  })
}

/** Names by the module that they come from. A name that is imported alone is not one of them. */
export function testedNames(test: string): ReadonlyMap<string, ReadonlySet<string>> {
  const source = parse(test)
  const used = usedNames(source)
  const tested = new Map<string, Set<string>>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const names = tested.get(statement.moduleSpecifier.text) ?? new Set()
    tested.set(statement.moduleSpecifier.text, names)
    const { name, namedBindings } = statement.importClause ?? {}
    if (name !== undefined && used.has(name.text)) names.add('default')
    if (namedBindings === undefined || !ts.isNamedImports(namedBindings)) continue
    for (const { name, propertyName } of namedBindings.elements)
      if (used.has(name.text)) names.add((propertyName ?? name).text)
  }
  return tested
}

/** All identifiers that stand outside of imports, but for names of properties. */
function usedNames(source: ts.SourceFile): ReadonlySet<string> {
  const used = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return
    if (ts.isIdentifier(node)) used.add(node.text)
    if (ts.isPropertyAccessExpression(node)) visit(node.expression)
    else ts.forEachChild(node, visit)
  }
  visit(source)
  return used
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('parsed.mts', text, ts.ScriptTarget.Latest, true)
}
