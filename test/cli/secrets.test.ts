import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { echo, planted, TOKEN } from '../secrets/echo.ts'
import { PLACES } from '../secrets/places.ts'
import { findSecret } from '../secrets/witness.ts'
import { shareOf } from '../thorough.ts'
import { dislogs, STREAM } from './program.ts'

const SECRET_KEY = planted('SecretKey', 30)
const SECURITY_TOKEN = planted('Security', 400)

const dir = mkdtempSync(join(tmpdir(), 'dis-logs-cli-secrets-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const profile = join(dir, 'profile')
writeFileSync(profile, `[basic]\nak = AKPLANTED\nsk = ${SECRET_KEY}\nsecurity_token = ${SECURITY_TOKEN}\n`, {
  mode: 0o600
})

const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keys from a profile': { HUAWEICLOUD_SDK_CREDENTIALS_FILE: profile },
  'a token': { DIS_TOKEN: TOKEN }
}

const COMMANDS: readonly (readonly string[])[] = [
  ['doctor', '--json', '--write'],
  ['top', '--once', '--interval', '0.1'],
  ['tail', '--from', 'beginning', '--idle-timeout', '1'],
  ['ship', '--timeout', '1']
]

/** A page, a code, a message, an escaped one, one that is cut, what is read as an answer, and headers. */
const ECHOES = [
  'a page, HTTP 502',
  'the message, HTTP 401',
  'the code',
  'a page that is cut where a message ends',
  'JSON in JSON',
  'the message of a refused record',
  'the stream',
  'the header X-Request-Id'
]

describe.each(
  Object.entries(CREDENTIALS).map(([name, credentials], index) => ({ name, credentials, index }))
)('with $name, to a service that quotes the request', ({ credentials, index }) => {
  it.each(shareOf(ECHOES, index))(
    'in %s, no command prints a secret',
    async (name) => {
      const place = PLACES[name]
      if (place === undefined) throw new Error(`no place is called ${name}`)
      const { server, sent } = await echo(place)
      const env = {
        DIS_ENDPOINT: server.url,
        DIS_PROJECT_ID: 'p',
        DIS_STREAM_NAME: STREAM,
        HOME: dir,
        ...credentials
      }
      const ends = await Promise.all(COMMANDS.map((command) => dislogs(command, env, 'a line\n')))
      await server.close()
      for (const { stdout, stderr, status } of ends) {
        expect(stdout.length + stderr.length).toBeGreaterThan(0)
        expect(status).not.toBe(2)
        for (const secret of [TOKEN, SECRET_KEY, SECURITY_TOKEN]) {
          expect(findSecret(`${stdout.toString('utf8')}\n${stderr}`, secret)).toBeUndefined()
        }
      }
      const isQuoted = [TOKEN, SECURITY_TOKEN].some(
        (secret) => findSecret(sent.join('\n'), secret) !== undefined
      )
      expect(isQuoted).toBe(true)
    },
    60_000
  )
})
