import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createClient,
  createProducer,
  DisConfigError,
  type DisOptions,
  inspectConfiguration
} from '../../../packages/core/src/index.ts'
import { pathOf } from '../../../packages/core/src/wire/path.ts'
import { type StandIn, standIn } from '../auth/stand-ins.ts'

/** Ids become parts of paths. Whatever gives them, a request goes to the paths of DIS and to no other. */

const BAD = [
  '../../v3/x?y#',
  '..',
  '.',
  'a/b',
  'a\\b',
  'a?b',
  'a#b',
  'a%2fb',
  'a b',
  'ä',
  'a\r\nX-Evil: 1',
  'a\0b',
  'x'.repeat(65)
]

const open: { close(): Promise<unknown> }[] = []
let dir = ''
let dis: StandIn

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-ids-'))
  dis = await standIn(() => ({ body: { stream_name: 's', partitions: [] } }))
  open.push(dis)
  // Nothing of the developer's own.
  for (const name of ['DIS_PROJECT_ID', 'HUAWEICLOUD_SDK_PROJECT_ID', 'DIS_STREAM_NAME', 'DIS_STREAM_ID'])
    vi.stubEnv(name, '')
  for (const name of ['DIS_REGION', 'HUAWEICLOUD_SDK_REGION', 'DIS_ENDPOINT']) vi.stubEnv(name, '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((each) => each.close()))
  rmSync(dir, { recursive: true, force: true })
})

const KEYS = { accessKey: 'AK', secretKey: 'SK' }
const optionsWithout = (...names: (keyof DisOptions)[]): DisOptions => {
  const all: DisOptions = { endpoint: dis.url, projectId: 'p', streamName: 's', credentials: KEYS }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.some((each) => each === name)))
}

function problemsOf(make: () => { close(): Promise<unknown> }): DisConfigError {
  try {
    open.push(make())
  } catch (error) {
    if (error instanceof DisConfigError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe.each<[string, keyof DisOptions]>([
  ['DIS_PROJECT_ID', 'projectId'],
  ['HUAWEICLOUD_SDK_PROJECT_ID', 'projectId'],
  ['DIS_STREAM_NAME', 'streamName'],
  ['DIS_STREAM_ID', 'streamId']
])('%s', (variable, option) => {
  it.each(BAD.filter((value) => !value.includes('\0')))(
    '%j is refused as the option is, and named',
    (value) => {
      const asOption = problemsOf(() => createProducer({ ...optionsWithout(), [option]: value }))
      vi.stubEnv(variable, value)
      const without = optionsWithout(option, ...(option === 'streamId' ? ['streamName' as const] : []))
      for (const make of [() => createProducer(without), () => createClient(without)]) {
        const { message, problems } = problemsOf(make)
        expect(problems).toMatchObject([{ option, given: expect.stringContaining(`from ${variable}`) }])
        expect(problems[0]?.cure).toBe(asOption.problems[0]?.cure)
        expect(message).toContain('allowed: ')
      }
      expect(inspectConfiguration(without).problems).toMatchObject([{ option }])
    }
  )

  it('is taken if it is an id', async () => {
    vi.stubEnv(variable, 'Aa0_-')
    const client = createClient(
      optionsWithout(option, ...(option === 'streamId' ? ['streamName' as const] : []))
    )
    open.push(client)
    await client.describeStream()
    expect(dis.lines).toEqual([
      expect.stringMatching(/^GET \/v2\/(p|Aa0_-)\/streams\/(s|Aa0_-)\?[a-z_=&A-Z0-9-]+$/)
    ])
    expect(dis.lines[0]).toContain('/Aa0_-')
  })
})

it.each(['DIS_REGION', 'HUAWEICLOUD_SDK_REGION'])('%s cannot lead to another host', (variable) => {
  for (const value of ['evil.example/', 'x.evil.example', 'x@evil.example', 'a:1', 'A', '-'.repeat(41)]) {
    vi.stubEnv(variable, value)
    const { problems } = problemsOf(() => createProducer(optionsWithout('endpoint')))
    expect(problems).toMatchObject([{ option: 'region', given: expect.stringContaining(`from ${variable}`) }])
  }
})

it('DIS_ENDPOINT is named if it is wrong', () => {
  vi.stubEnv('DIS_ENDPOINT', 'https://dis.example/path')
  const { problems } = problemsOf(() => createProducer(optionsWithout('endpoint')))
  expect(problems).toMatchObject([
    { option: 'endpoint', given: "'https://dis.example/path' from DIS_ENDPOINT" }
  ])
})

it('every wrong variable is named at once', () => {
  vi.stubEnv('DIS_PROJECT_ID', '../x')
  vi.stubEnv('DIS_STREAM_NAME', '../y')
  const { problems } = problemsOf(() => createProducer(optionsWithout('projectId', 'streamName')))
  expect(problems.map(({ option }) => option)).toEqual(['projectId', 'streamName'])
})

describe('the project', () => {
  const profile = (projectId: string) => {
    const path = join(dir, 'credentials')
    writeFileSync(path, `[basic]\nak = AK\nsk = SK\nproject_id = ${projectId}\n`, { mode: 0o600 })
    return path
  }

  it('in a credentials file is checked, and the file is named', () => {
    const path = profile('../../v3/x?y#')
    const { problems } = problemsOf(() =>
      createProducer({ ...optionsWithout('projectId', 'credentials'), credentials: { profile: path } })
    )
    expect(problems).toMatchObject([{ option: 'projectId', given: `'../../v3/x?y#' from ${path}` }])
  })

  it('of a login option is checked', () => {
    const iam = { domainName: 'd', userName: 'u', password: 'w', projectId: '../x' }
    const { option } = problemsOf(() =>
      createProducer({ ...optionsWithout('projectId', 'credentials'), credentials: { iam } })
    )
    expect(option).toBe('credentials.iam.projectId')
  })

  it.each(['../../v3/x?y#', 'a\r\nX-Evil: 1', 'a/b', 'a\0'])(
    '%j that IAM gives is no part of a path',
    async (id) => {
      vi.stubEnv('HUAWEICLOUD_SDK_IAM_ENDPOINT', dis.url)
      dis.answer = ({ method }) =>
        method === 'POST'
          ? { status: 201, headers: { 'x-subject-token': 'T' }, body: { token: { project: { id } } } }
          : { body: { projects: [{ id }] } }
      const iam = { domainName: 'd', userName: 'u', password: 'w' }
      for (const credentials of [KEYS, { iam }]) {
        const options = { ...optionsWithout('projectId'), region: 'cn-north-4', credentials }
        const client = createClient(options)
        open.push(client)
        for (const call of [() => client.describeStream(), () => client.findProject()]) {
          await expect(call()).rejects.toMatchObject({
            reason: 'PROJECT_NOT_FOUND',
            message: expect.stringContaining('something else than the id of a project'),
            cure: expect.stringContaining('{projectId|DIS_PROJECT_ID}')
          })
        }
        const producer = createProducer({ ...options, closeTimeoutMs: 0 })
        open.push(producer)
        producer.write('{}')
        await producer.flush({ timeoutMs: 300 })
        await producer.close()
      }
      expect(dis.lines.length).toBeGreaterThan(2)
      expect(
        dis.lines.filter((line) => !/^(GET \/v3\/projects\?name=cn-north-4|POST \/v3\/auth)/.test(line))
      ).toEqual([])
    }
  )
})

describe('a path', () => {
  it('is made of ids', () => {
    expect(pathOf('p', 'streams', 'app-logs_1')).toBe('/v2/p/streams/app-logs_1')
  })

  it.each([...BAD, ''])('is not made of %j', (bad) => {
    expect(() => pathOf(bad, 'records')).toThrow(TypeError)
    expect(() => pathOf('p', 'streams', bad)).toThrow(TypeError)
  })
})
