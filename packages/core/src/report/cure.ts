/**
 * The text of a cure, with the options in it in braces → prose for the users of one front end.
 *
 *     {streamName}                       an option by its path
 *     {aggregate: true}                  an option and the value that it should have
 *     {projectId|DIS_PROJECT_ID}         ways to give the same value; variables are in upper case
 *     check the network; or raise {x}    a clause after a semicolon may be left out
 */

/** The name of an option for a reader, with a value if one is advised; `undefined` if the reader cannot set it. */
type NameOf = (option: string, value: string | undefined) => string | undefined

// An object in a message, as in `{ path }`, has spaces inside its braces.
const PLACEHOLDER = /\{([a-z][\w.]*)(?:: ('[^']*'|\w+)|((?:\|[^{}|]+)+))?\}/g

/**
 * Turns a cure into prose.
 *
 * @param nameOf names the options; as they are called in the library, if it is left out. Where it names none of the
 * ways in a placeholder, the clause is left out. If nothing is left then, the options are named as those of the library.
 */
export function renderCure(cure: string, nameOf: NameOf = asInCode): string {
  const clauses = cure.split('; ').flatMap((clause) => renderClause(clause, nameOf) ?? [])
  if (clauses.length === 0) return renderClause(cure, asOfTheLibrary) ?? cure
  return clauses.join('; ').replace(/^or /, '')
}

function renderClause(clause: string, nameOf: NameOf): string | undefined {
  let isUsable = true
  const text = clause.replaceAll(
    PLACEHOLDER,
    (_, option: string, value: string | undefined, others: string | undefined) => {
      const ways = [option, ...(others ?? '').split('|').slice(1)]
      const names = ways.flatMap((way) => (isVariable(way) ? way : (nameOf(way, value) ?? [])))
      if (names.length === 0) isUsable = false
      return inWords(names)
    }
  )
  return isUsable ? text : undefined
}

function isVariable(way: string): boolean {
  return /^[A-Z]/.test(way)
}

/** `a`, `a or b`, `a, b or c`; `a, or b and c` where one of them is more than a word. */
function inWords(names: readonly string[]): string {
  if (names.some((name) => name.includes(' and '))) return names.join(', or ')
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

function asInCode(option: string, value: string | undefined): string {
  return value === undefined ? option : `${option}: ${value}`
}

function asOfTheLibrary(option: string, value: string | undefined): string {
  return `the library's option ${asInCode(option, value)}`
}
