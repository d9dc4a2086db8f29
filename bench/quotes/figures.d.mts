export function figuresOf(folder: URL): {
  readonly quoted: Readonly<Record<string, string>>
  readonly costs: readonly (readonly string[])[]
}
