/** What an element is made with: properties by name, `class`, and `data-` and `aria-` attributes. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

export type Child = Node | string | undefined

/**
 * An element with its children. Texts become text nodes: nothing that arrived is ever read as HTML, and the policy of the page
 * (trusted types) forbids it besides.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    made.setAttribute(attribute, value === true ? '' : String(value))
  }
  for (const child of children) if (child !== undefined) made.append(child)
  return made
}

/** The element of the page with that id. Of the page's own text, so one that is missing is a bug. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`)
  return found
}

/** Sets a text only where it changed: a change of a text node makes the browser lay out again. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
