const BEGIN = '\u001b[?7l'
const END = '\u001b[?7h\u001b[1A\r'

/** What a line of progress looked like, each time that it was drawn. */
export function framesIn(output: Buffer): string[] {
  const parts = output.toString('utf8').split(BEGIN).slice(1)
  return parts.filter((part) => part.includes(END)).map((part) => part.slice(0, part.indexOf(END)))
}
