/**
 * batch → the body and headers of a request, in the form that the options chose: serialized, then compressed. What is
 * signed is what comes out of here.
 *
 * A body is made for one attempt: records that failed are encoded again, with others, so nothing is kept.
 */
import { cureIn } from '../report/situations.ts'
import type { Bodies } from './bodies.ts'
import { type Codec, type Compression, compressionHeaders } from './compress.ts'
import type { BodyFormat, EncodableBatch, LineBytes } from './format.ts'
import { JsonFormat } from './json.ts'
import { ProtobufFormat } from './protobuf.ts'

/** `wire`, as it is chosen. */
export interface WireChoice {
  readonly format: 'json' | 'protobuf'
  readonly compression: Compression
}

/** A body as it is sent, and the headers that say what it is. */
export interface Packed {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** How a service says no that cannot read a body. It may be the body's form, which is not taken everywhere. */
const UNREADABLE: ReadonlySet<string> = new Set([
  'DIS.4200',
  'DIS.4300',
  'APIGW.0201',
  'HTTP 400',
  'HTTP 406',
  'HTTP 415'
])

export class WireForm {
  readonly format: BodyFormat
  readonly #codec: Codec | undefined
  readonly #bodies: Bodies
  readonly #headers: Readonly<Record<string, string>>

  /** `bodies`: those of the format. */
  constructor(format: BodyFormat, codec: Codec | undefined, bodies: Bodies) {
    this.format = format
    this.#bodies = bodies
    this.#codec = codec
    this.#headers = { 'content-type': format.contentType }
  }

  /** What to do about a refusal with that code, if it may be for the form; `undefined` for the default, which is documented. */
  cureOf(code: string): string | undefined {
    const isDefault = this.format instanceof JsonFormat && this.#codec === undefined
    if (isDefault || !UNREADABLE.has(code)) return undefined
    return cureIn('wire-form')
  }

  /** To be followed by {@link done}. */
  pack(batch: EncodableBatch, store: LineBytes): Packed {
    const plain = this.format.encode(batch, store)
    const codec = this.#codec
    if (codec === undefined) return { body: plain, headers: this.#headers }
    try {
      const body = codec.compress(plain)
      return { body, headers: { ...this.#headers, ...compressionHeaders(codec.name, plain.length) } }
    } finally {
      this.#bodies.release(plain)
    }
  }

  /** The attempt is over. `isRead`: the service has read the whole body, so that nobody else does. */
  done({ body }: Packed, isRead: boolean): void {
    if (this.#codec !== undefined) return
    if (isRead) this.#bodies.release(body)
    else this.#bodies.forget(body)
  }
}

/** The format of a choice, for one stream. */
export function createFormat(
  format: WireChoice['format'],
  streamName: string,
  streamId: string | undefined,
  bodies: Bodies
): BodyFormat {
  switch (format) {
    case 'json':
      return new JsonFormat(streamName, streamId, bodies)
    case 'protobuf':
      return new ProtobufFormat(streamName, streamId, bodies)
    default: {
      const never: never = format
      return never
    }
  }
}
