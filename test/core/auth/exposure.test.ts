import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCredentialSource } from '../../../packages/core/src/auth/credentials.ts'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'
import type { WarningEvent } from '../../../packages/core/src/report/events.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'
import { standIn } from './stand-ins.ts'

/** Whoever may change a file with a secret, or put another one in its place, decides where the lines go. */

const open: { close(): Promise<void> }[] = []
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-exposure-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  rmSync(dir, { recursive: true, force: true })
})

const isWindows = process.platform === 'win32'
const isRoot = process.geteuid?.() === 0

function folder(mode: number, ...names: readonly string[]): string {
  const path = join(dir, ...names)
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
  return path
}

function file(text: string, mode: number, ...path: readonly string[]): string {
  const name = join(dir, ...path)
  writeFileSync(name, text)
  chmodSync(name, mode)
  return name
}

const PROFILE = '[basic]\nak = AK\nsk = SK\n'

/** What is told while the file is read three times. */
async function told(options: DisOptions, env: Record<string, string> = {}): Promise<WarningEvent[]> {
  const all = { endpoint: 'https://dis.cn-north-4.example.com', projectId: 'p', streamName: 's', ...options }
  const warnings: WarningEvent[] = []
  const source = createCredentialSource(resolveSettings(all, { HOME: dir, ...env }).credentials, {
    clock: new ManualClock(Date.now()),
    warn: (event) => warnings.push(event)
  })
  open.push(source)
  await source.get()
  for (let times = 0; times < 2; times++) await source.refresh()
  return warnings
}

const ofProfile = (path: string) => told({ credentials: { profile: path } })

/** An identity provider's token: a file that its platform renews. */
async function ofToken(path: string): Promise<WarningEvent[]> {
  const iam = await standIn(({ url }) =>
    url === '/v3.0/OS-AUTH/id-token/tokens'
      ? { status: 201, headers: { 'x-subject-token': 'T' } }
      : { status: 201, body: { credential: { access: 'A', secret: 'S', securitytoken: 'ST' } } }
  )
  open.push(iam)
  return told(
    {},
    {
      HUAWEICLOUD_SDK_IDP_ID: 'idp',
      HUAWEICLOUD_SDK_ID_TOKEN_FILE: path,
      HUAWEICLOUD_SDK_IAM_ENDPOINT: iam.url
    }
  )
}

/** A pod's own token: the same. */
async function ofPod(path: string): Promise<WarningEvent[]> {
  const [metadata, agent] = [
    await standIn(() => ({ status: 404 })),
    await standIn(() => ({
      body: { credentials: { accessKeyId: 'A', secretAccessKey: 'S', securityToken: 'ST' } }
    }))
  ]
  open.push(metadata, agent)
  return told(
    {},
    {
      DIS_METADATA_ENDPOINT: metadata.url,
      HC_CONTAINER_CREDENTIALS_FULL_URI: agent.url,
      HC_CONTAINER_AUTHORIZATION_TOKEN_FILE: path
    }
  )
}

describe.skipIf(isWindows).each([
  ['a credentials file', PROFILE, ofProfile],
  ['an ID token', 'TOKEN', ofToken],
  ["a pod's token", 'TOKEN', ofPod]
])('%s', (_, text, read) => {
  it.each<[string, number, RegExp]>([
    ['its group may write', 0o660, /can be changed by its group$/],
    ['everybody may write, and not read', 0o602, /can be changed by every user of this machine$/],
    ['everybody may write', 0o666, /can be changed by every user of this machine$/]
  ])('that %s is worth one warning', async (_, mode, words) => {
    const warnings = await read(file(text, mode, 'secret'))
    expect(warnings).toMatchObject([
      {
        code: 'CREDENTIALS_FILE_OPEN',
        message: expect.stringMatching(words),
        cure: expect.stringContaining('chmod 600')
      }
    ])
    expect(warnings[0]?.message).toContain(join(dir, 'secret'))
  })

  it.each([0o600, 0o400, 0o640, 0o440])('that others cannot change is worth none: %o', async (mode) => {
    expect(await read(file(text, mode, 'secret'))).toEqual([])
  })

  it.each([0o777, 0o770, 0o703])('in a folder that others may change is worth one: %o', async (mode) => {
    folder(mode, 'shared')
    const path = file(text, 0o600, 'shared', 'secret')
    const [warning, ...more] = await read(path)
    expect(more).toEqual([])
    expect(warning?.message).toMatch(/secret can be replaced, because its folder .*shared can be changed by/)
    expect(warning?.cure).toContain('chmod go-w')
  })

  it('far below such a folder too', async () => {
    folder(0o777, 'shared')
    folder(0o700, 'shared', 'a', 'b')
    expect(await read(file(text, 0o600, 'shared', 'a', 'b', 'secret'))).toHaveLength(1)
  })

  it('but not in one where users change only what is theirs', async () => {
    folder(0o1777, 'tmp')
    expect(await read(file(text, 0o600, 'tmp', 'secret'))).toEqual([])
  })

  it('behind a link counts as the file that it is, and the link as well', async () => {
    folder(0o700, 'private')
    folder(0o777, 'shared')
    const path = file(text, 0o600, 'private', 'secret')
    symlinkSync(path, join(dir, 'shared', 'link'))
    symlinkSync(path, join(dir, 'link'))
    expect(await read(join(dir, 'link'))).toEqual([])
    expect(await read(join(dir, 'shared', 'link'))).toHaveLength(1)
    chmodSync(path, 0o660)
    expect(await read(join(dir, 'link'))).toHaveLength(1)
  })

  it('that Kubernetes mounts is worth none', async () => {
    // The root of the mount is a tmpfs that everybody may write, and the link ..data moves with each renewal.
    folder(0o1777, 'mount')
    folder(0o755, 'mount', '..2026_11_28')
    file(text, 0o440, 'mount', '..2026_11_28', 'secret')
    symlinkSync('..2026_11_28', join(dir, 'mount', '..data'))
    symlinkSync('..data/secret', join(dir, 'mount', 'secret'))
    expect(await read(join(dir, 'mount', 'secret'))).toEqual([])
  })

  it.runIf(isRoot)('that belongs to another user is worth one, and so is a folder', async () => {
    const path = file(text, 0o600, 'secret')
    chownSync(path, 12_345, 12_345)
    expect(await read(path)).toMatchObject([{ message: `${path} belongs to user 12345` }])
    folder(0o755, 'theirs')
    const mine = file(text, 0o600, 'theirs', 'secret')
    chownSync(join(dir, 'theirs'), 12_345, 12_345)
    expect(await read(mine)).toHaveLength(1)
  })
})

describe.skipIf(isWindows)('a file that everybody may read', () => {
  it('is worth a warning if it holds keys', async () => {
    const path = file(PROFILE, 0o644, 'secret')
    expect(await ofProfile(path)).toMatchObject([
      { message: `${path} can be read by every user of this machine` }
    ])
  })

  it.runIf(isRoot)('is worth none if it is a token that the platform put there', async () => {
    expect(await ofToken(file('TOKEN', 0o644, 'secret'))).toEqual([])
  })

  it.runIf(isRoot)('is worth one if it is a token, and a user of the machine wrote it', async () => {
    const path = file('TOKEN', 0o644, 'secret')
    chownSync(path, 12_345, 12_345)
    expect((await ofToken(path))[0]?.message).toContain('can be read by every user')
  })
})
