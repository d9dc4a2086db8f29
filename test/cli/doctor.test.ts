import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { metadataService, standIn } from '../core/auth/stand-ins.ts'
import { caPath, serverPair } from '../core/net/private-ca.ts'
import { closedPort, httpServer, listen, silentServer } from '../core/net/servers.ts'
import { ACCESS_KEY, dislogs, environmentFor, SECRET_KEY, STREAM } from './program.ts'

type Options = NonNullable<Parameters<typeof createLocalDis>[0]>
type Env = Readonly<Record<string, string>>

const NAMES = [
  'configuration',
  'credentials',
  'clock',
  'dns',
  'tls',
  'endpoint',
  'access',
  'project',
  'stream',
  'partitions',
  'data type',
  'dump tasks',
  'options',
  'write'
]

/** Refuses whoever is not in here. */
const STRICT: Options['auth'] = {
  keys: [{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }],
  lockAfterFailures: 2
}

const open: { close(): Promise<unknown> }[] = []
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'dis-logs-doctor-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function serve(options: Options = {}): Promise<LocalDis> {
  const dis = await createLocalDis({
    port: 0,
    streams: [{ name: STREAM, partitions: 3 }],
    auth: STRICT,
    ...options
  })
  open.push(dis)
  return dis
}

function opened<T extends { close(): Promise<unknown> }>(server: T): T {
  open.push(server)
  return server
}

interface Check {
  readonly name: string
  readonly ok: boolean | null
  readonly detail: string
  readonly cure: string | null
}

/** Runs the doctor for its JSON. Whatever happens, no secret is printed and every check is told once, in order. */
async function examine(env: Env, args: readonly string[] = []) {
  const { status, stderr, stdout } = await dislogs(['doctor', '--json', '--measure', '0', ...args], {
    HOME: home,
    ...env
  })
  const said = `${stdout}${stderr}`
  for (const secret of [SECRET_KEY, ACCESS_KEY, env['HUAWEICLOUD_SDK_SK'], env['DIS_TOKEN']]) {
    if (secret) expect(said).not.toContain(secret)
  }
  // A producer tells of a line that it gives up, and so it does of the test record.
  expect(stderr.replace(/^\[dis-logs\] 1 log line (dropped|rejected): .*\n/, '')).toBe('')
  const report: { ok: boolean; checks: Check[] } = JSON.parse(stdout.toString('utf8'))
  expect(report.checks.map(({ name }) => name)).toEqual(NAMES)
  expect(report.checks.filter(({ ok, cure }) => (ok === false) !== (cure !== null && cure !== ''))).toEqual(
    []
  )
  expect([report.ok, status]).toEqual(report.checks.some(({ ok }) => ok === false) ? [false, 1] : [true, 0])
  const failures = report.checks.filter(({ ok }) => ok === false)
  return {
    of: (name: string) => report.checks.find((check) => check.name === name),
    /** The only one that fails. */
    failure: failures.length === 1 ? failures[0] : failures
  }
}

const at = (url: string): Env => environmentFor({ url })

describe('doctor of a healthy way', () => {
  it('says in a line for each check what it found, writes nothing, and ends with 0', async () => {
    const dis = await serve()
    const { status, stderr, stdout } = await dislogs(['doctor'], at(dis.url))
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.toString('utf8').split('\n')).toEqual([
      `✔ configuration: stream app-logs (DIS_STREAM_NAME), endpoint ${dis.url} (DIS_ENDPOINT), project cli-test-project (DIS_PROJECT_ID), signing sdk (default)`,
      '✔ credentials: keys CLIT… from HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK',
      '✔ clock: in step with the server',
      '– dns: skipped: 127.0.0.1 is an address',
      '– tls: skipped: plain http to 127.0.0.1',
      expect.stringMatching(/^✔ endpoint: http:\S+ answers in \d+ ms$/),
      '✔ access: DIS takes the credentials',
      '✔ project: cli-test-project',
      '✔ stream: app-logs is RUNNING, type COMMON',
      '✔ partitions: 3 take records: 1,000 records/s or 1 MB/s each, whichever comes first; 3,000 records/s or 3 MB/s in all',
      '✔ data type: BLOB: a record may hold anything',
      '✔ dump tasks: none',
      expect.stringMatching(
        /^– options: skipped: no line came in \d\.\d s; say what will come: --rate <lines\/s> --bytes <of a line>$/
      ),
      '– write: skipped: only --write sends a test record',
      ''
    ])
    expect(await dis.records(STREAM)).toEqual([])
  })

  it('with --write stores one record', async () => {
    const dis = await serve({ streams: [{ name: STREAM, partitions: 1, type: 'ADVANCED' }] })
    const { of, failure } = await examine(at(dis.url), ['--write'])
    expect(failure).toEqual([])
    expect(of('write')).toMatchObject({ ok: true, detail: 'one test record is stored' })
    expect(of('partitions')?.detail).toContain('1 takes records: 2,000 records/s or 5 MB/s each')
    expect((await dis.records(STREAM)).map(({ data }) => data.toString())).toEqual([
      expect.stringContaining('test record of dis-logs doctor')
    ])
  })

  it('shows the flags, and where temporary keys come from and how long they last', async () => {
    const keys = { access: 'TEMPORARYKEY0001', secret: 'temporary-secret', securitytoken: 'security-token' }
    const metadata = opened(await standIn(metadataService(() => keys, 7_200_000)))
    const dis = await serve({
      auth: { keys: [{ accessKey: keys.access, secretKey: keys.secret, securityToken: keys.securitytoken }] }
    })
    const { of, failure } = await examine(
      {
        DIS_ENDPOINT: dis.url,
        DIS_PROJECT_ID: 'p',
        DIS_STREAM_NAME: 'beaten',
        DIS_METADATA_ENDPOINT: metadata.url
      },
      ['--stream', STREAM, '--signing', 'derived', '--region', 'cn-north-4']
    )
    expect(failure).toEqual([])
    expect(of('configuration')?.detail).toMatch(/app-logs \(--stream\).*region cn-north-4 \(--region\)/)
    expect(of('credentials')?.detail).toMatch(
      /^temporary keys TEMP… from the agency.*, good until 20\d\d-.*Z$/
    )
  })

  it('goes through TLS with an authority of its own, and resolves the name', async () => {
    const dis = await serve()
    const tls = opened(await tlsBefore(dis))
    const { of, failure } = await examine({
      ...at(`https://127.0.0.1:${tls.port}`),
      NODE_EXTRA_CA_CERTS: caPath
    })
    expect(failure).toEqual([])
    expect(of('tls')).toMatchObject({
      ok: true,
      detail: `the certificate of 127.0.0.1:${tls.port} is verified`
    })
    const named = await examine(at(dis.url.replace('127.0.0.1', 'localhost')))
    expect(named.of('dns')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^localhost is .*127\.0\.0\.1/)
    })
  })
})

describe('doctor of a configuration', () => {
  it('that is not there names all that is missing, and asks nobody', async () => {
    const { status, stdout } = await dislogs(['doctor'], { HOME: home })
    const [first, ...rest] = stdout.toString('utf8').trimEnd().split('\n')
    expect(status).toBe(1)
    expect(first).toMatch(/^✘ configuration: --endpoint: got nothing; --project-id: .*; --stream: .* — set /)
    // One line for all that cannot be looked at.
    expect(rest).toEqual([
      '– credentials, clock, dns, tls, endpoint, access, project, stream, partitions, data type, dump tasks, options, write: skipped: configuration failed'
    ])
  })

  it('without a stream still looks at credentials and network', async () => {
    const dis = await serve()
    const { DIS_STREAM_NAME: _, ...env } = at(dis.url)
    const { failure, of } = await examine(env)
    expect(failure).toMatchObject({ name: 'configuration', cure: expect.stringContaining('set --stream') })
    expect([of('credentials')?.ok, of('endpoint')?.ok]).toEqual([true, true])
    expect(of('stream')?.detail).toBe('skipped: configuration failed')
    const { HUAWEICLOUD_SDK_AK: __, HUAWEICLOUD_SDK_SK: ___, ...bare } = env
    const named = await examine(bare, ['--stream', 'no spaces'])
    expect(named.failure).toMatchObject({
      name: 'configuration',
      detail: expect.stringContaining("--stream: got 'no spaces'")
    })
  })

  it('with half a credential still looks at the network', async () => {
    const dis = await serve()
    const { HUAWEICLOUD_SDK_SK: _, ...half } = at(dis.url)
    const { failure, of } = await examine(half)
    expect(failure).toMatchObject({
      name: 'credentials',
      detail: expect.stringContaining('without its secret key')
    })
    expect(of('endpoint')?.ok).toBe(true)
    expect(of('access')?.detail).toBe('skipped: credentials failed')
  })

  it('without credentials tells where they were looked for, without a stack or a warning', async () => {
    const dis = await serve()
    const { HUAWEICLOUD_SDK_SK: _, HUAWEICLOUD_SDK_AK: __, ...none } = at(dis.url)
    const { failure } = await examine({
      ...none,
      DIS_METADATA_ENDPOINT: `http://127.0.0.1:${await closedPort()}`
    })
    expect(failure).toMatchObject({
      name: 'credentials',
      detail: expect.stringMatching(/^CREDENTIALS_NOT_FOUND: .*none in a credentials file; the ECS metadata/),
      cure: expect.stringContaining('set HUAWEICLOUD_SDK_AK')
    })
  })

  it('of another account: a project that IAM does not know', async () => {
    const iam = opened(await standIn(() => ({ body: { projects: [] } })))
    const dis = await serve()
    const { DIS_PROJECT_ID: _, ...env } = at(dis.url)
    const { failure } = await examine({ ...env, HUAWEICLOUD_SDK_IAM_ENDPOINT: iam.url }, [
      '--region',
      'cn-north-4'
    ])
    expect(failure).toMatchObject({
      name: 'project',
      detail: expect.stringContaining('PROJECT_NOT_FOUND: IAM knows no project cn-north-4'),
      cure: expect.stringContaining('--project-id')
    })
  })
})

describe('doctor finds', () => {
  it('credentials that are over', async () => {
    const keys = { access: 'TEMPORARYKEY0001', secret: 'temporary-secret', securitytoken: 'security-token' }
    const metadata = opened(await standIn(metadataService(() => keys, -3_600_000)))
    const dis = await serve()
    const { failure } = await examine({
      DIS_ENDPOINT: dis.url,
      DIS_PROJECT_ID: 'p',
      DIS_STREAM_NAME: STREAM,
      DIS_METADATA_ENDPOINT: metadata.url
    })
    expect(failure).toMatchObject({
      name: 'credentials',
      detail: expect.stringMatching(/ TEMP… .*over since 20/),
      cure: expect.stringContaining('renew them')
    })
  })

  it('a wrong secret with one request, so that the key is not locked', async () => {
    const dis = await serve()
    const { failure } = await examine({ ...at(dis.url), HUAWEICLOUD_SDK_SK: 'another-secret-of-mine' }, [
      '--write'
    ])
    expect(failure).toMatchObject({
      name: 'access',
      detail: expect.stringMatching(/^DIS\.4100: .* \(request [\w-]+\)$/),
      cure: expect.stringContaining('HUAWEICLOUD_SDK_SK')
    })
    // A second failure in a row would have locked it.
    expect((await examine(at(dis.url))).failure).toEqual([])
  })

  it('a secret in the place of the stream name, and does not repeat it', async () => {
    const dis = await serve()
    const { failure } = await examine({
      ...at(dis.url),
      DIS_TOKEN: 'a-token-never-shown',
      DIS_STREAM_NAME: SECRET_KEY
    })
    expect(failure).toMatchObject({ name: 'access' })
  })

  it('a clock that is too far off', async () => {
    const dis = await serve({ clockOffsetMs: 4 * 3_600_000 })
    const { of } = await examine(at(dis.url))
    expect(of('clock')).toMatchObject({
      ok: false,
      detail: '4 hours behind the server',
      cure: expect.stringContaining('NTP')
    })
    expect(of('access')).toMatchObject({ ok: false, cure: expect.stringContaining('set the clock') })
  })

  it('and allows a clock that is a little off', async () => {
    const dis = await serve({ clockOffsetMs: -5 * 60_000 })
    const { failure, of } = await examine(at(dis.url))
    expect(failure).toEqual([])
    expect(of('clock')?.detail).toBe('5 minutes ahead of the server; up to 15 minutes are allowed')
  })

  it('a name that cannot be resolved', async () => {
    // Longer than a label may be: refused without asking a name server.
    const host = `${'n'.repeat(64)}.example`
    const { failure, of } = await examine(at(`https://${host}`))
    expect(failure).toMatchObject({ name: 'dns', detail: expect.stringContaining(`${host} cannot be`) })
    expect(of('endpoint')?.detail).toBe('skipped: dns failed')
  })

  it('a certificate that nobody vouches for, and a port that does not speak TLS', async () => {
    const dis = await serve()
    const tls = opened(await tlsBefore(dis))
    const [untrusted, plain] = await Promise.all([
      examine(at(`https://127.0.0.1:${tls.port}`)),
      examine(at(dis.url.replace('http:', 'https:')))
    ])
    expect(untrusted.failure).toMatchObject({
      name: 'tls',
      cure: expect.stringContaining('NODE_EXTRA_CA_CERTS')
    })
    expect(plain.failure).toMatchObject({
      name: 'tls',
      detail: expect.stringMatching(/: wrong version number \(ERR_SSL_WRONG_VERSION_NUMBER\)$/)
    })
  })

  it('a port on which nobody listens', async () => {
    const { failure, of } = await examine(at(`http://127.0.0.1:${await closedPort()}`), ['--write'])
    expect(failure).toMatchObject({ name: 'endpoint', detail: expect.stringMatching(/^NETWORK_REFUSED: /) })
    expect(of('write')?.detail).toBe('skipped: the endpoint cannot be reached')
  })

  it('an endpoint that never answers, within --timeout', async () => {
    const silent = opened(await silentServer())
    const { failure } = await examine(at(`http://127.0.0.1:${silent.port}`), ['--timeout', '1'])
    expect(failure).toMatchObject({ name: 'endpoint', detail: expect.stringMatching(/^NETWORK_TIMEOUT: /) })
  })

  it('an endpoint that is not DIS', async () => {
    const other = opened(await httpServer((_, response) => void response.end('<html>hello</html>')))
    const { failure } = await examine(at(`http://127.0.0.1:${other.port}`))
    expect(failure).toMatchObject({
      name: 'access',
      cure: expect.stringContaining('what answers there is not DIS')
    })
  })

  it('a stream that does not exist', async () => {
    const dis = await serve()
    const { failure, of } = await examine(at(dis.url), ['--stream', 'no-such-stream', '--write'])
    expect(failure).toMatchObject({ name: 'stream', detail: expect.stringMatching(/^DIS\.4301: /) })
    expect(of('write')?.detail).toBe('skipped: stream failed')
  })

  it.each([
    ['project', 400, 'DIS.4117', 'check --project-id'],
    ['stream', 400, 'DIS.4205', 'not running yet'],
    ['access', 401, 'APIGW.0301', '(HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or DIS_TOKEN), --region'],
    ['access', 503, 'DIS.5000', 'try again later']
  ])('trouble with %s: HTTP %i %s', async (name, status, code, cure) => {
    const dis = await serve({ faults: [{ kind: 'error', action: 'DescribeStream', status, code }] })
    const { failure } = await examine(at(dis.url))
    expect(failure).toMatchObject({
      name,
      detail: expect.stringContaining(`${code}: `),
      cure: expect.stringContaining(cure)
    })
  })

  it('that scoped signatures are wanted, unless they are sent already', async () => {
    const dis = await serve({
      faults: [{ kind: 'error', action: '*', status: 441, code: 'DIS.4109' }]
    })
    const [told, done] = await Promise.all([
      examine(at(dis.url)),
      examine(at(dis.url), ['--signing', 'dis', '--region', 'cn-north-4'])
    ])
    expect(told.failure).toMatchObject({ name: 'access', cure: expect.stringContaining('use --signing dis') })
    expect(done.failure).toMatchObject({
      name: 'access',
      cure: expect.not.stringContaining('use --signing dis')
    })
  })
})

describe('doctor --write', () => {
  it('tells that a stream may be read and not written', async () => {
    const dis = await serve({
      faults: [{ kind: 'error', action: 'SendRecords', status: 403, code: 'DIS.4116' }]
    })
    const { failure, of } = await examine(at(dis.url), ['--write'])
    expect(of('stream')?.ok).toBe(true)
    expect(failure).toMatchObject({
      name: 'write',
      detail: expect.stringContaining('DIS.4116'),
      cure: expect.stringContaining('permissions')
    })
  })

  it('writes all the same where the stream may not be looked at', async () => {
    const dis = await serve({
      faults: [{ kind: 'error', action: 'DescribeStream', status: 403, code: 'DIS.4116' }]
    })
    const { failure, of } = await examine(at(dis.url), ['--write'])
    expect(failure).toMatchObject({ name: 'stream' })
    expect(of('write')?.ok).toBe(true)
  })

  it('tells a limit from a refusal, within --timeout', async () => {
    const dis = await serve({ faults: [{ kind: 'throttle' }] })
    const { failure } = await examine(at(dis.url), ['--write', '--timeout', '1'])
    expect(failure).toMatchObject({
      name: 'write',
      detail: expect.stringContaining('DIS.4303'),
      cure: expect.stringContaining('add partitions')
    })
  })

  it('tells that no answer came', async () => {
    const dis = await serve({ faults: [{ kind: 'hang' }] })
    const { failure } = await examine(at(dis.url), ['--write', '--timeout', '1'])
    expect(failure).toMatchObject({ name: 'write', detail: expect.stringContaining('not stored') })
  })
})

describe('a credentials file', () => {
  it('is named, and a warning that everybody can read it goes to stderr in one line', async () => {
    const dis = await serve()
    const path = join(home, 'open-to-all')
    await writeFile(path, `[basic]\nak = ${ACCESS_KEY}\nsk = ${SECRET_KEY}\n`, { mode: 0o644 })
    const { status, stderr, stdout } = await dislogs(['doctor'], {
      DIS_ENDPOINT: dis.url,
      DIS_PROJECT_ID: 'p',
      DIS_STREAM_NAME: STREAM,
      HUAWEICLOUD_SDK_CREDENTIALS_FILE: path
    })
    expect(status).toBe(0)
    expect(stdout.toString()).toMatch(new RegExp(`✔ credentials: keys CLIT… from .*${path}`))
    expect(stderr).toMatch(/^dis-logs: CREDENTIALS_FILE_OPEN: [^\n]*\n$/)
    expect(`${stdout}${stderr}`).not.toContain(SECRET_KEY)
  })
})

/** TLS, with the certificate of the tests' own authority, before a server that speaks none. */
function tlsBefore(dis: LocalDis) {
  const port = Number(new URL(dis.url).port)
  return listen(
    createTlsServer(serverPair, (client) => {
      const behind = connect(port, '127.0.0.1')
      const end = () => {
        client.destroy()
        behind.destroy()
      }
      client.on('error', end).on('close', end)
      behind.on('error', end).on('close', end)
      client.pipe(behind).pipe(client)
    })
  )
}
