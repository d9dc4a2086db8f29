/** Credentials files, which other programs write. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readProfile } from '../../../packages/core/src/auth/profile.ts'
import { mutate } from '../generate/bytes.ts'
import type { Random } from '../generate/random.ts'
import { anyName, anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'

const KEYS = [
  'ak',
  'sk',
  'security_token',
  'project_id',
  'idp_id',
  'id_token_file',
  'iam_endpoint',
  'AK',
  'Sk'
]
const SECTIONS = ['basic', 'global', 'DEFAULT', 'other', '__proto__']

function ini(random: Random): Buffer {
  const pair = () =>
    `${anyName(random, KEYS)}${random.pick([' = ', '=', ':', ' ', '\t=\t', '=='])}${anyText(random, 100_000)}`
  const sections = Array.from({ length: 1 + random.size(5) }, () => {
    const head =
      random.pick(['[', '[', '[', '', '[[']) +
      anyName(random, SECTIONS) +
      random.pick([']', ']', ']', '', '] x'])
    return [head, ...random.list(12, pair)].join(random.pick(['\n', '\n', '\r\n', '\r']))
  })
  const file = Buffer.from(`${random.pick(['', '', '\ufeff', '# c\n'])}${sections.join('\n')}`)
  return random.chance(0.3) ? mutate(random, file) : file
}

export function profileKind(dir: string): Kind {
  const path = join(dir, 'credentials')
  return {
    generate: ini,
    check(input) {
      writeFileSync(path, input, { mode: 0o600 })
      for (const section of [undefined, 'other', '__proto__', 'constructor']) {
        const profile = readProfile({ path, section })
        if ('given' in profile) {
          expect(profile.given !== '' && profile.cure !== '', 'a problem says what is wrong and what to do')
          continue
        }
        const { keys, federation } = profile
        expect((keys === undefined) !== (federation === undefined), 'a profile has keys or a federation')
        for (const value of Object.values({ ...keys, ...federation })) {
          expect(
            typeof value === 'string' && value !== '' && !value.includes('\n'),
            'a value is one line of text'
          )
          // Whether it can be sent at all is checked later: see auth/sendable.ts.
          expect(value.trim() === value, 'a value has no space around it')
        }
      }
    }
  }
}
