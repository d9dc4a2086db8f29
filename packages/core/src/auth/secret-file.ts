/** Files with a secret that another program renews. They are read each time, and the secret is not kept. */
import { readFile } from 'node:fs/promises'
import { DisCredentialsError } from '../errors.ts'
import { cureIn } from '../report/diagnoses.ts'

/** The trimmed text of the file that the variable or key `name` points to. Rejects with a DisCredentialsError. */
export async function readSecretFile(path: string, name: string): Promise<string> {
  const cure = cureIn('secret-file')
  let text: string
  try {
    text = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new DisCredentialsError(
      'CREDENTIALS_UNREADABLE',
      `${path}, the file in ${name}, cannot be read (${code})`,
      cure
    )
  }
  // The text goes into a header: a line break would begin another header.
  if (!/^[\x20-\x7e]+$/.test(text)) {
    throw new DisCredentialsError(
      'CREDENTIALS_UNREADABLE',
      `${path}, the file in ${name}, does not hold one line of ASCII text`,
      cure
    )
  }
  return text
}
