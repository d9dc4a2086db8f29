/** Options: any value, also one that only a program can make. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DisConfigError } from '../../../packages/core/src/errors.ts'
import { optionsSchema } from '../../../packages/core/src/options/options-schema.ts'
import { validateOptions } from '../../../packages/core/src/options/validate.ts'
import { assembleProducer, ManualClock, ScriptedTransport } from '../../../packages/core/src/testing.ts'
import { mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { buildValue, withTags } from '../generate/values.ts'
import { expect, type Kind } from '../kind.ts'
import { firstControl } from '../stand-ins/terminal.ts'

const NAMES = [
  ...Object.keys(optionsSchema.entries),
  'maxBytes',
  'maxRecords',
  'dir',
  'path',
  'accessKey',
  'secretKey',
  'token',
  'iam',
  'profile'
]

const BASE = {
  endpoint: 'http://127.0.0.1:1',
  projectId: 'p',
  streamName: 's',
  credentials: { token: 'a-token-of-twenty-chars' }
}

function valid(random: Random): object {
  const more: readonly object[] = [
    { credentials: { accessKey: 'A', secretKey: 'B', securityToken: 'C' } },
    {
      credentials: { iam: { domainName: 'd', userName: 'u', password: 'p', endpoint: 'http://127.0.0.1:1' } }
    },
    { credentials: { profile: 'x' } },
    { credentials: { metadata: true } },
    { region: 'cn-north-4', endpoint: undefined },
    { signing: 'derived' },
    { partitionKey: ['a.b', 'c'] },
    { partitionKey: null },
    { explicitHashKey: '123' },
    { partitionId: 'shardId-0000000001' },
    { aggregate: { maxBytes: 2_048 }, ordered: true },
    { batch: { maxRecords: 10, maxBytes: 10_000, lingerMs: 5 } },
    { concurrency: { max: 2 }, retry: { baseMs: 1, maxMs: 2, maxAttempts: 3, maxAgeMs: 1_000 } },
    { requestTimeoutMs: 1_000, closeTimeoutMs: 0, oversize: 'reject' },
    { buffer: { maxBytes: 65_536, onFull: 'dropOldest' } },
    { spool: { dir: 'spool', mode: 'always', maxBytes: 1_048_576, fsync: 'never' } },
    { deadLetter: { path: 'dead.ndjson', maxBytes: 1_024 } },
    { wire: { format: 'protobuf', compression: 'zstd' } },
    { wire: { format: 'json', compression: 'lz4' }, stats: { intervalMs: 100 } },
    { http: { proxy: 'http://user:a-proxy-password@127.0.0.1:1', allowInsecure: true } },
    { http: { ca: '-----BEGIN CERTIFICATE-----' } }
  ]
  return Object.assign({}, BASE, ...random.list(4, () => random.pick(more)))
}

/** Secrets where they belong. Somewhere else they are names, and names are shown. */
const SECRET_FIELDS = /"token":"a-token-of-twenty-chars"|"http:\/\/user:a-proxy-password@/g
const SECRETS = /a-token-of-twenty|a-proxy-pass/

function checkError(error: unknown, input: Buffer): void {
  if (!(error instanceof DisConfigError)) throw error
  expect(error.problems.length > 0, 'an error names what is wrong')
  for (const { option, given, allowed, cure } of error.problems) {
    for (const text of [option, given, allowed, cure])
      expect(typeof text === 'string' && text !== '', 'a problem has an option, what was given, and a cure')
    for (const text of [option, given])
      expect(text.length <= 2_000, `what is shown is short, not ${text.length} characters`)
  }
  const control = firstControl(error.message)
  expect(control === undefined, `a message holds no ${control}`)
  const isSecret = !SECRETS.test(input.toString().replace(SECRET_FIELDS, ''))
  expect(!isSecret || !SECRETS.test(error.message), 'a message holds no secret')
}

/** A producer of these options, that takes a line and ends. Only the network and the time are others. */
async function checkProducer(options: object): Promise<void> {
  const clock = new ManualClock()
  const transport = new ScriptedTransport()
  const parts = { clock, transport, env: {}, hostname: 'h', stderr: () => {} }
  // Credentials of a service would be asked for on the network.
  const producer = assembleProducer({ ...options, credentials: BASE.credentials, wire: {} }, parts)
  producer.write('{"hostname":"h"}')
  const closed = producer.close({ timeoutMs: 100 })
  await clock.advance(100)
  await closed
  const { written, delivered, rejected, dropped, spooled, buffered } = producer.stats()
  expect(
    written === delivered + rejected + dropped + spooled + buffered && buffered === 0,
    'the books balance'
  )
}

export function optionsKind(dir: string): Kind {
  // Paths in options lead a few folders up at most.
  const deep = join(dir, 'a/b/c/d')
  mkdirSync(deep, { recursive: true })
  process.chdir(deep)
  return {
    generate: (random) =>
      Buffer.from(
        withTags(random, mangledJson(random, valid(random), NAMES, random.pick([0, 0.05, 0.15]))) +
          (random.chance(0.02) ? anyText(random) : '')
      ),
    async check(input) {
      const built = buildValue(input)
      if (built === undefined) return
      const { value } = built
      let options: object
      try {
        validateOptions(
          Object(value) === value || value === undefined ? Object(value ?? {}) : Object({ streamName: value })
        )
        options = { ...Object(value) }
      } catch (error) {
        return checkError(error, input)
      }
      try {
        await checkProducer(options)
      } catch (error) {
        checkError(error, input)
      }
    }
  }
}
