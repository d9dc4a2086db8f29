/** Environment variables. */
import { DisConfigError } from '../../../packages/core/src/errors.ts'
import { inspectConfiguration } from '../../../packages/core/src/options/inspection.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'
import { firstControl } from '../stand-ins/terminal.ts'

const BASE = {
  DIS_ENDPOINT: 'http://127.0.0.1:1',
  DIS_PROJECT_ID: 'p',
  DIS_STREAM_NAME: 's',
  DIS_TOKEN: 'a-token-of-twenty-chars'
}

const NAMES = [
  ...Object.keys(BASE),
  'DIS_REGION',
  'DIS_STREAM_ID',
  'HUAWEICLOUD_SDK_AK',
  'HUAWEICLOUD_SDK_SK',
  'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  'HUAWEICLOUD_SDK_PROJECT_ID',
  'HUAWEICLOUD_SDK_REGION',
  'HUAWEICLOUD_SDK_CREDENTIALS_FILE',
  'HUAWEICLOUD_SDK_IDP_ID',
  'HUAWEICLOUD_SDK_ID_TOKEN_FILE',
  'HUAWEICLOUD_SDK_IAM_ENDPOINT',
  'HC_CONTAINER_CREDENTIALS_FULL_URI',
  'HC_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'CLOUD_SDK_AK',
  'CLOUD_SDK_SK',
  'http_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'HOME'
]

const VALUES = [
  'cn-north-4',
  'http://127.0.0.1:1/x',
  'https://user:a-secret-of-a-proxy@h:1',
  'http://user:a-secret-of-a-proxy\n@h',
  'https://u:a-secret-of-a/proxy@h',
  'https://dis.cn-north-4.myhuaweicloud.com',
  'localhost',
  'ftp://x',
  'file',
  '127.0.0.1,*'
]

const SECRET = 'a-secret-of-a'
const URLS = /endpoint|proxy|uri/i
const PASSWORD = /^https?:\/\/\w+:a-secret-of-a[^@]*@/

function variables(random: Random): Buffer {
  const base = random.chance(0.8) ? BASE : {}
  const others = random.list(6, () => {
    const value = random.chance(0.4) ? random.pick(VALUES) : anyText(random)
    return [random.pick(NAMES), value.replace(/^[/~]/, '.')]
  })
  return Buffer.from(JSON.stringify({ ...base, ...Object.fromEntries(others) }))
}

function read(input: Buffer): Record<string, string> | undefined {
  try {
    return JSON.parse(input.toString('utf8'))
  } catch {
    return undefined
  }
}

export const environmentKind = (): Kind => ({
  generate: variables,
  check(input) {
    const env = read(input)
    if (env === undefined) return
    const { values, problems } = inspectConfiguration({}, env)
    // Elsewhere than in the password of an address it is a name, and names are shown.
    const isSecret = Object.entries(env).every(
      ([name, value]) => !(URLS.test(name) ? value.replace(PASSWORD, '') : value).includes(SECRET)
    )
    for (const { option, value, from } of values) {
      expect(value !== '' && from !== '', `${option} has a value and an origin`)
      expect(!isSecret || !value.includes(SECRET), `${option} is shown without a secret`)
    }
    try {
      const { target } = resolveSettings({}, env)
      expect(problems.length === 0, `an inspection finds '${problems[0]?.given}', and a constructor does not`)
      // These stand in the path of requests.
      expect(/^[A-Za-z0-9_-]{0,64}$/.test(target.projectId), 'a project id is no path')
      expect(/^[A-Za-z0-9_-]{0,64}$/.test(target.streamName), 'a stream name is no path')
      expect(/^https?:\/\/[^/\s@]+$/.test(target.origin), 'an origin is scheme, host and port')
    } catch (error) {
      if (!(error instanceof DisConfigError)) throw error
      expect(error.problems.length > 0 && problems.length > 0, 'an error names what is wrong')
      expect(!isSecret || !error.message.includes(SECRET), 'a message holds no secret')
      const control = firstControl(error.message)
      expect(control === undefined, `a message holds no ${control}`)
    }
  }
})
