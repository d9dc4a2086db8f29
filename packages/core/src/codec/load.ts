/**
 * The libraries for compression. They are optional, and loaded only if the options ask for them. That happens at
 * construction, so the user hears of a missing one before a line is lost.
 *
 * Compression is synchronous. A request of 500 lines of 250 bytes takes 0.1 to 0.4 ms, a request of 1 MB takes 3 to 5 ms. If
 * the producer runs in a worker, that is the time of the worker. docs/adr/0006-wire-forms.md gives the reasons.
 */
// The whole module: webpack replaces the name createRequire by undefined, and then no bundle of it finds a package.
import * as nodeModule from 'node:module'
import * as zlib from 'node:zlib'
import { type DisConfigError, invalidOption } from '../errors.ts'
import { followLinks } from '../file-stats.ts'
import { type Codec, type Compression, lz4Block, snappyBlock, zstdFrame } from '../wire/compress.ts'
import { PLACES, type Place } from './places.ts'

type Compress = (plain: Buffer) => Buffer

interface Library {
  readonly package: string
  /** Node's own implementation, if this version of Node has one. */
  readonly builtIn?: () => Compress | undefined
  /** The exports of the package → the form that the wire needs. @throws TypeError if the exports have another form */
  readonly adapt: (exports: unknown) => Compress
}

/**
 * The fastest of zstd's usual levels. On log lines the default level, 3, takes half as long again and saves nothing. It gives
 * 24.2 instead of 23.9 KB for 500 lines of 250 bytes, and 323 instead of 300 KB for 500 lines of 2 KB.
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
      // A copy of the result is faster than memory from outside the heap: 0.10 instead of 0.55 ms for 130 KB, and 2.6
      // instead of 5.8 ms for 1 MB.
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

/** zstd of Node 22.15 and newer. It is found by its name, because the types of Node 20 do not have it. */
function builtInZstd(): Compress | undefined {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync')
  const level: unknown = Reflect.get(zlib.constants, 'ZSTD_c_compressionLevel')
  if (typeof compress !== 'function' || typeof level !== 'number') return undefined
  const options = { params: { [level]: ZSTD_LEVEL } }
  return (plain) => zstdFrame(buffer(Reflect.apply(compress, undefined, [plain, options])), plain.length)
}

/**
 * The codec for `wire.compression`; `undefined` for `'none'`.
 * @throws DisConfigError if its package is missing, cannot be loaded, or has other exports
 */
export function loadCodec(compression: Compression, places: readonly Place[] = PLACES): Codec | undefined {
  if (compression === 'none') return undefined
  const library = LIBRARIES[compression]
  const builtIn = library.builtIn?.()
  if (builtIn !== undefined) return { name: compression, compress: builtIn }
  followLinks()
  const path = find(library.package, places)
  if (path === undefined) throw unusable(compression, library, 'is not installed')
  try {
    const compress = library.adapt(nodeModule.createRequire(path)(path))
    // A trial finds a wrong version, or a build for another machine, before the first request does.
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
      return nodeModule.createRequire(place()).resolve(name)
    } catch {
      // The package is not installed there.
    }
  }
  return undefined
}

function unusable(compression: Codec['name'], library: Library, what: string): DisConfigError {
  const newer = library.builtIn === undefined ? '' : ', or Node 22.15 or newer, which needs no package'
  return invalidOption(
    'wire.compression',
    `'${compression}', whose package ${library.package} ${what}`,
    `npm install ${library.package}${newer}, or set {wire.compression: 'none'}`
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
