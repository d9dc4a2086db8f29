import type { RuntimePackage } from './runtime-tree.ts'

/**
 * Licences that ask for nothing but their own text and the names of the authors, so that whoever takes our packages takes on
 * nothing more than Apache-2.0. Another one is a decision: it stands here, and in docs/adr/0001-dependencies.md.
 */
export const LICENSES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT'
]

/**
 * Packages that may run code when they are installed, each with the reason. None has to: the codecs come with ready builds, as
 * optional dependencies for each system.
 */
export const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {}

/** What is wrong with a package: a sentence for each, with what to do. */
export function faultsOf({ name, version, license, installScripts, path }: RuntimePackage): string[] {
  const where = `${name} ${version}${path === '' ? '' : ` (by ${path})`}`
  const faults: string[] = []
  if (!isAllowed(license)) {
    faults.push(
      `${where} has the licence ${license}; allowed are ${LICENSES.join(', ')}. Take another package, or add the licence to test/supply/rules.ts and the reason to docs/adr/0001-dependencies.md.`
    )
  }
  if (installScripts.length > 0 && !Object.hasOwn(INSTALL_SCRIPTS, name)) {
    faults.push(
      `${where} runs code when it is installed (${installScripts.join('; ')}); allowed: ${Object.keys(INSTALL_SCRIPTS).join(', ') || 'no package'}. Take another package, or add it with the reason to test/supply/rules.ts.`
    )
  }
  return faults
}

/** Whether a licence, or one of an `OR`, or each of an `AND`, is in the list. What cannot be read is not. */
function isAllowed(license: string): boolean {
  const expression = license.replace(/^\((.*)\)$/, '$1')
  if (/[()]/.test(expression)) return false
  return expression
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => LICENSES.includes(part.trim())))
}
