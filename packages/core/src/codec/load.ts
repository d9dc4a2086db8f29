/**
 * The libraries that compress: optional, and looked for only if the options ask for them, at construction, so that a
 * missing one is the user's to hear before a line is lost.
 *
 * Compression is synchronous: 0.1 to 0.4 ms for a request of 500 lines of 250 bytes, 3 to 5 ms for one of 1 MB, in the
 * worker where there is one. Why: docs/adr/0006-wire-forms.md.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { type DisConfigError, invalidOption } from '../errors.ts'
import { type Codec, type Compression, lz4Block, snappyBlock, zstdFrame } from '../wire/compress.ts'

type Compress = (plain: Buffer) => Buffer

interface Library {
  readonly package: string
  /** Where Node itself can do it. */
  readonly builtIn?: () => Compress | undefined
  /** What the wire wants, from what the package exports. @throws TypeError if that is something else */
  readonly adapt: (exports: unknown) => Compress
}

/**
 * The fastest of zstd's usual levels: on log lines the default one, 3, takes half as long again and saves nothing (24.2
 * instead of 23.9 KB for 500 lines of 250 bytes, 323 instead of 300 KB for 500 of 2 KB).
 */
const ZSTD_LEVEL = 1

const LIBRARIES: Readonly<Record<Codec['name'], Library>> = {
  lz4: {
    package: 'lz4-napi',
    adapt: (exports) => {
      const compress = member(exports, 'compressSync')
      return (plain) => lz4Block(buffer(compress(plain)), plain.length)
    }
  },
  snappy: {
    package: 'snappy',
    adapt: (exports) => {
      const compress = member(exports, 'compressSync')
      // With a copy of the result it takes 0.10 instead of 0.55 ms for 130 KB, 2.6 instead of 5.8 for 1 MB: handing
      // over memory from outside the heap costs more than copying what is left.
      const options = { copyOutputData: true }
      return (plain) => snappyBlock(buffer(compress(plain, options)), plain.length)
    }
  },
  zstd: {
    package: '@toondepauw/node-zstd',
    builtIn: builtInZstd,
    adapt: (exports) => {
      const encoderClass = Object(exports)['Encoder']
      if (typeof encoderClass !== 'function') throw new TypeError('it has no Encoder')
      const encoder: unknown = Reflect.construct(encoderClass, [ZSTD_LEVEL])
      const compress = member(encoder, 'encodeSync')
      return (plain) => zstdFrame(buffer(compress(plain)), plain.length)
    }
  }
}

/** A file beside whose modules a package is looked for. */
type Place = () => string

/**
 * Beside this package, where npm puts it and an optional peer dependency leads to; then where the application is, for
 * installers that let a package see only what it declares, and for bundles, which are beside nothing.
 */
const PLACES: readonly Place[] = [
  () => import.meta.url,
  () => join(process.cwd(), 'package.json'),
  () => process.argv[1] ?? ''
]

/** Since Node 22.15; looked up by name because the types of Node 20 do not know it. */
function builtInZstd(): Compress | undefined {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync')
  const level: unknown = Reflect.get(zlib.constants, 'ZSTD_c_compressionLevel')
  if (typeof compress !== 'function' || typeof level !== 'number') return undefined
  const options = { params: { [level]: ZSTD_LEVEL } }
  return (plain) => zstdFrame(buffer(Reflect.apply(compress, undefined, [plain, options])), plain.length)
}

/**
 * The codec for `wire.compression`; `undefined` for `'none'`.
 * @throws DisConfigError if its package is missing, cannot be loaded, or is not what it should be
 */
export function loadCodec(compression: Compression, places: readonly Place[] = PLACES): Codec | undefined {
  if (compression === 'none') return undefined
  const library = LIBRARIES[compression]
  const builtIn = library.builtIn?.()
  if (builtIn !== undefined) return { name: compression, compress: builtIn }
  const path = find(library.package, places)
  if (path === undefined) throw unusable(compression, library, 'is not installed')
  try {
    const compress = library.adapt(createRequire(path)(path))
    // A package of another version, or for another machine, must not be found out by the first request.
    compress(Buffer.from(`${compression} ${compression} ${compression}`))
    return { name: compression, compress }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw unusable(compression, library, `cannot be used: ${reason}`)
  }
}

function find(name: string, places: readonly Place[]): string | undefined {
  for (const place of places) {
    try {
      return createRequire(place()).resolve(name)
    } catch {
      // Not from here.
    }
  }
  return undefined
}

function unusable(compression: Codec['name'], library: Library, what: string): DisConfigError {
  const newer = library.builtIn === undefined ? '' : ', or Node 22.15 or newer, which needs no package'
  return invalidOption(
    'wire.compression',
    `'${compression}', whose package ${library.package} ${what}`,
    `npm install ${library.package}${newer}, or set compression: 'none'`
  )
}

function member(object: unknown, name: string): (...args: readonly unknown[]) => unknown {
  const found: unknown = Object(object)[name]
  if (typeof found !== 'function') throw new TypeError(`it has no ${name}`)
  return (...args) => Reflect.apply(found, object, args)
}

function buffer(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value
  throw new TypeError('its result is not a Buffer')
}
