/** All kinds, each with its module, which only the child that needs it loads. */
import type { Kind, OpenKind } from './kind.ts'

const KINDS: Readonly<Record<string, () => Promise<OpenKind>>> = {
  'json-reply': async () => (await import('./kinds/reply.ts')).jsonReply,
  'protobuf-reply': async () => (await import('./kinds/reply.ts')).protobufReply,
  'error-body': async () => (await import('./kinds/reply.ts')).errorBody,
  line: async () => (await import('./kinds/line.ts')).lineKind,
  'letter-file': async () => (await import('./kinds/dead-letter.ts')).letterFile,
  'letter-round-trip': async () => (await import('./kinds/dead-letter.ts')).letterRoundTrip,
  profile: async () => (await import('./kinds/profile.ts')).profileKind,
  options: async () => (await import('./kinds/options.ts')).optionsKind,
  environment: async () => (await import('./kinds/environment.ts')).environmentKind,
  spool: async () => (await import('./kinds/spool.ts')).spoolKind,
  producer: async () => (await import('./kinds/producer.ts')).producerKind,
  'credentials-reply': async () => (await import('./kinds/credentials.ts')).credentialsReply,
  'reader-reply': async () => (await import('./kinds/reader.ts')).readerReply,
  'consumer-line': async () => (await import('./kinds/consumer.ts')).consumerLine,
  'read-stream': async () => (await import('./kinds/consumer.ts')).consumedStream,
  tail: async () => (await import('./kinds/terminal.ts')).tailTerminal,
  arguments: async () => (await import('./kinds/terminal.ts')).argumentsKind,
  'local-http': async () => (await import('./kinds/local.ts')).localHttp,
  'local-json': async () => (await import('./kinds/local.ts')).localJson,
  'local-protobuf': async () => (await import('./kinds/local.ts')).localProtobuf,
  'local-compressed': async () => (await import('./kinds/local.ts')).localCompressed,
  'local-query': async () => (await import('./kinds/local.ts')).localQuery,
  'local-authorization': async () => (await import('./kinds/local.ts')).localAuthorization
}

/** Kinds that break each promise, to try the runner itself. Not among those that run unasked. */
const PLANTED: Readonly<Record<string, () => Promise<OpenKind>>> = {
  'planted-throw': async () => (await import('./kinds/planted.ts')).throwing,
  'planted-rejection': async () => (await import('./kinds/planted.ts')).rejecting,
  'planted-slow': async () => (await import('./kinds/planted.ts')).slow,
  'planted-large': async () => (await import('./kinds/planted.ts')).large,
  'planted-endless': async () => (await import('./kinds/planted.ts')).endless,
  'planted-exit': async () => (await import('./kinds/planted.ts')).exiting
}

export const KIND_NAMES: readonly string[] = Object.keys(KINDS)

export function isKind(name: string): boolean {
  return Object.hasOwn(KINDS, name) || Object.hasOwn(PLANTED, name)
}

export async function openKind(name: string, dir: string): Promise<Kind> {
  const load = KINDS[name] ?? PLANTED[name]
  if (load === undefined) throw new Error(`there is no kind ${name}`)
  const open = await load()
  return open(dir)
}
