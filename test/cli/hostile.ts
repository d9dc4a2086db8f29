/** Text that does something to a terminal, or that nobody sees, and how it may be told. */
import { Program } from './program.ts'

/** Writes the clipboard, C1 colours, turns text around, isolates it, hides a letter and a tag, breaks the line. */
export const HOSTILE =
  '\u001b]52;c;ZXZpbA==\u0007\u009b31m\u202egnp.exe\u2066\u061c\u200bx\u{e0041}\u2028y\u007f\rz'

/** How it is told: as JSON writes these characters. */
export const VISIBLE = String.raw`\u001b]52;c;ZXZpbA==\u0007\u009b31m\u202egnp.exe\u2066\u061c\u200bx\udb40\udc41\u2028y\u007f\rz`

/** Names of the characters in a text that act or hide. A line may end. */
export function hostileIn(text: string): string[] {
  return [...text].flatMap((character) => {
    const code = character.codePointAt(0) ?? 0
    const isHostile =
      (code < 0x20 && character !== '\n') ||
      (code >= 0x7f && code < 0xa0) ||
      code === 0x61c ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202e) ||
      (code >= 0x2060 && code <= 0x206f) ||
      code === 0xfeff ||
      (code >= 0xd800 && code <= 0xdfff) ||
      (code >= 0xe0000 && code <= 0xe0fff)
    return isHostile ? [`U+${code.toString(16)}`] : []
  })
}

/** A program on a real terminal: what stands there afterwards, its line ends as the program wrote them. */
export async function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>
): Promise<{ readonly status: number | null; readonly screen: Buffer }> {
  const program = Program.onTerminal(args, { ...env, NO_COLOR: '1' })
  const { status, stdout } = await program.end()
  return { status, screen: Buffer.from(stdout.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') }
}
