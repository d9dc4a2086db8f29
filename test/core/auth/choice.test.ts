import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DisConfigError, type DisOptions } from '../../../packages/core/src/index.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'

const base: DisOptions = { region: 'cn-north-4', projectId: 'p', streamName: 's' }
const SECRET = 'PLANTED-SECRET'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-choice-'))
  writeFileSync(join(dir, 'good'), '[basic]\nak = FILE-AK\nsk = FILE-SK\n')
  writeFileSync(join(dir, 'half'), `[basic]\nsk = ${SECRET}\n`)
  writeFileSync(join(dir, 'empty'), '')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function choiceOf(options: DisOptions, env: Record<string, string> = {}): { readonly kind: string } {
  return resolveSettings({ ...base, ...options }, env).credentials.choice
}

function problemOf(options: unknown, env: Record<string, string> = {}): DisConfigError {
  try {
    resolveSettings({ ...base, ...(options as DisOptions) }, env)
  } catch (error) {
    if (error instanceof DisConfigError) return error
    throw error
  }
  throw new Error('these options were accepted')
}

describe('without the option', () => {
  const file = () => ({ HUAWEICLOUD_SDK_CREDENTIALS_FILE: join(dir, 'good') })
  const pair = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' }

  it('the order is: token, federation, keys, file, and then what has to be asked', () => {
    const federation = { HUAWEICLOUD_SDK_IDP_ID: 'i', HUAWEICLOUD_SDK_ID_TOKEN_FILE: 'f' }
    expect(choiceOf({}, { DIS_TOKEN: 'T', ...federation, ...pair, ...file() })).toEqual({
      kind: 'fixed',
      credentials: { token: 'T' }
    })
    expect(choiceOf({}, { ...federation, ...pair, ...file() }).kind).toBe('federation')
    expect(choiceOf({}, { ...pair, ...file() })).toMatchObject({ credentials: { accessKey: 'AK' } })
    expect(choiceOf({}, file()).kind).toBe('profile')
    expect(choiceOf({}, { HOME: dir })).toEqual({
      kind: 'discovered',
      metadataOrigin: 'http://169.254.169.254',
      pod: undefined
    })
  })

  it('a pair of one prefix is not mixed with the other', () => {
    const other = { CLOUD_SDK_AK: 'C-AK', CLOUD_SDK_SK: 'C-SK' }
    expect(choiceOf({}, other)).toMatchObject({ credentials: { accessKey: 'C-AK', secretKey: 'C-SK' } })
    expect(choiceOf({}, { ...other, ...pair })).toMatchObject({ credentials: { accessKey: 'AK' } })
    expect(problemOf({}, { ...other, HUAWEICLOUD_SDK_AK: 'AK' }).message).toContain('HUAWEICLOUD_SDK_SK')
  })

  it('nothing is looked for on the network in front of a local DIS', () => {
    const error = problemOf({ endpoint: 'http://127.0.0.1:1' }, { HOME: dir })
    expect(error.option).toBe('credentials')
    expect(error.message).toContain('any will do for a local DIS')
  })
})

describe('what is wrong is said at construction, with its cure and without the secret', () => {
  it.each<[string, unknown, Record<string, string>, string[]]>([
    [
      'half a pair',
      { credentials: { secretKey: SECRET } },
      {},
      ['credentials', 'an object with secretKey', 'accessKey']
    ],
    [
      'half a pair in the environment',
      {},
      { CLOUD_SDK_SK: SECRET },
      ['CLOUD_SDK_SK', 'without its access key', 'CLOUD_SDK_AK']
    ],
    [
      'a login without its user',
      { credentials: { iam: { domainName: 'd', password: SECRET } } },
      {},
      ['credentials.iam.userName', 'it is needed']
    ],
    [
      'a login with an unknown field',
      { credentials: { iam: { domainName: 'd', userName: 'u', password: SECRET, pass: SECRET } } },
      {},
      ['credentials.iam.pass', 'unknown option', 'projectName?']
    ],
    [
      'a login over plain http',
      {
        credentials: {
          iam: { endpoint: 'http://iam.example.com', domainName: 'd', userName: 'u', password: SECRET }
        }
      },
      {},
      ['credentials.iam.endpoint', 'loopback', 'http.allowInsecure']
    ],
    ['metadata: false', { credentials: { metadata: false } }, {}, ['{ metadata: true }']],
    [
      'a metadata address elsewhere',
      { credentials: { metadata: true } },
      { DIS_METADATA_ENDPOINT: 'http://10.0.0.1' },
      ['DIS_METADATA_ENDPOINT']
    ],
    [
      'a pod agent elsewhere',
      {},
      {
        HC_CONTAINER_CREDENTIALS_FULL_URI: `http://10.0.0.1/${SECRET}`,
        HC_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'f'
      },
      ['HC_CONTAINER_CREDENTIALS_FULL_URI', '10.0.0.1', 'link-local']
    ],
    ...[`${SECRET}\nX: y`, `${SECRET}é`, ` ${SECRET}`, `${SECRET}\r`].map(
      (id): [string, unknown, Record<string, string>, string[]] => [
        `an identity provider that no header holds: ${JSON.stringify(id)}`,
        {},
        { HUAWEICLOUD_SDK_IDP_ID: id, HUAWEICLOUD_SDK_ID_TOKEN_FILE: 'f' },
        ['HUAWEICLOUD_SDK_IDP_ID: got a text with', 'one line of ASCII']
      ]
    ),
    ['no home to find a file in', { credentials: { profile: true } }, {}, ['credentials.profile', 'HOME']]
  ])('%s', (_, options, env, words) => {
    const error = problemOf(options, env)
    for (const word of words) expect(error.message).toContain(word)
    expect(JSON.stringify([error.message, error.problems])).not.toContain(SECRET)
  })

  it.each<[string, string, string[]]>([
    ['that is not there', 'missing', ['cannot be read (ENOENT)', 'may read']],
    ['without its section', 'empty', ['without a section [basic]', 'ak = …']],
    ['with half a pair', 'half', ['section [basic]', 'with sk but without ak']]
  ])('a credentials file %s', (_, name, words) => {
    const path = join(dir, name)
    const asOption = problemOf({ credentials: { profile: path } })
    expect(asOption.option).toBe('credentials.profile')
    const asVariable = problemOf({}, { HUAWEICLOUD_SDK_CREDENTIALS_FILE: path })
    for (const { message } of [asOption, asVariable]) {
      for (const word of [path, ...words]) expect(message).toContain(word)
      expect(message).not.toContain(SECRET)
    }
  })
})

describe('a missing project id', () => {
  const options = { region: 'cn-north-4', streamName: 's' }
  const keys = { accessKey: 'AK', secretKey: 'SK' }
  const iam = { domainName: 'd', userName: 'u', password: 'p' }

  it('is left to be found where the credentials allow it', () => {
    for (const credentials of [keys, { metadata: true } as const, { iam }, () => keys]) {
      expect(resolveSettings({ ...options, credentials }, {}).target.projectId).toBe('')
    }
  })

  it.each<[string, DisOptions]>([
    ['with a token', { ...options, credentials: { token: 'T' } }],
    ['without a region', { endpoint: 'https://my.example.com', streamName: 's', credentials: keys }],
    ['in front of a local DIS', { ...options, endpoint: 'http://127.0.0.1:1', credentials: keys }]
  ])('is a mistake %s', (_, wrong) => {
    expect(() => resolveSettings(wrong, {})).toThrow(/projectId: got nothing; set projectId, DIS_PROJECT_ID/)
  })
})

describe('the project of a login', () => {
  it('is what it says itself, else that of the stream, else that of the region', () => {
    const projectOf = (more: object, options: DisOptions = base) => {
      const iam = { domainName: 'd', userName: 'u', password: 'p', ...more }
      return resolveSettings({ ...options, credentials: { iam } }, {}).credentials.choice
    }
    const scope = (project: object) => ({ kind: 'iam', login: { project } })
    expect(projectOf({ projectId: 'i', projectName: 'n' })).toMatchObject(scope({ id: 'i' }))
    expect(projectOf({ projectName: 'n' })).toMatchObject(scope({ name: 'n' }))
    expect(projectOf({})).toMatchObject(scope({ id: 'p' }))
    expect(projectOf({}, { region: 'cn-north-4', streamName: 's' })).toMatchObject(
      scope({ name: 'cn-north-4' })
    )
    expect(() => projectOf({}, { endpoint: 'https://my.example.com', streamName: 's' })).toThrow(
      /credentials\.iam\.projectName: got nothing; the token has to be for a project/
    )
  })
})

describe('the address of IAM', () => {
  const iamOf = (options: DisOptions, env: Record<string, string> = {}) =>
    resolveSettings({ ...base, credentials: { token: 'T' }, ...options }, env).credentials.iamOrigin

  it('is as given, else next to DIS, else by region', () => {
    const iam = { endpoint: 'https://given.example.com', domainName: 'd', userName: 'u', password: 'p' }
    const env = { HUAWEICLOUD_SDK_IAM_ENDPOINT: 'https://env.example.com' }
    expect(iamOf({ credentials: { iam } }, env)).toBe('https://given.example.com')
    expect(iamOf({}, env)).toBe('https://env.example.com')
    expect(iamOf({ endpoint: 'https://dis.ae-ad-1.example.com' })).toBe('https://iam.ae-ad-1.example.com')
    expect(iamOf({ endpoint: 'https://vpc.example.com' })).toBe('https://iam.cn-north-4.myhuaweicloud.com')
  })
})
