import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { Decoder, Encoder } from '@toondepauw/node-zstd'
import { uncompressSync as unsnappy } from 'snappy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCodec } from '../../../packages/core/src/codec/load.ts'
import { DisConfigError } from '../../../packages/core/src/errors.ts'
import {
  compressionHeaders,
  lz4Block,
  snappyBlock,
  zstdFrame
} from '../../../packages/core/src/wire/compress.ts'
import { decodeLz4Block } from '../../../packages/local/src/lz4-block.ts'

const BODIES = [1, 10, 255, 256, 65_535, 65_536, 1_500_000].map((size) =>
  Buffer.from('{"level":30,"msg":"order accepted"}\n'.repeat(size / 36 + 1).slice(0, size))
)

const UNDO = {
  lz4: (body: Buffer, size: number) => decodeLz4Block(body, size),
  snappy: (body: Buffer) => Buffer.from(unsnappy(body)),
  zstd: (body: Buffer) => new Decoder().decodeSync(body)
}

describe.each(['lz4', 'snappy', 'zstd'] as const)('the codec %s', (name) => {
  it('makes what another decoder undoes', () => {
    const codec = loadCodec(name)
    expect(codec?.name).toBe(name)
    for (const body of BODIES) {
      const compressed = codec?.compress(body) ?? Buffer.alloc(0)
      expect(UNDO[name](compressed, body.length)?.equals(body)).toBe(true)
    }
  })
})

describe('the shapes on the wire', () => {
  const body = Buffer.from('hello hello hello hello hello')

  it('are raw blocks without a size in front of LZ4, and with a varint in front of Snappy', () => {
    expect(loadCodec('lz4')?.compress(body).toString('hex')).toBe('6d68656c6c6f200600602068656c6c6f')
    expect(loadCodec('snappy')?.compress(body).toString('hex')).toBe('1d1468656c6c6f205a0600')
  })

  it('are one Zstandard frame that says how long its content is', () => {
    for (const plain of BODIES) {
      const frame = loadCodec('zstd')?.compress(plain) ?? Buffer.alloc(0)
      expect(frame.readUInt32LE(0)).toBe(0xfd2fb528)
      const descriptor = frame[4] ?? 0
      const isOneSegment = (descriptor & 0x20) !== 0
      const at = isOneSegment ? 5 : 6
      const bytes = [1, 2, 4, 8][descriptor >> 6] ?? 0
      expect(isOneSegment || descriptor >> 6 > 0).toBe(true)
      expect(frame.readUIntLE(at, Math.min(bytes, 6)) + (bytes === 2 ? 256 : 0)).toBe(plain.length)
    }
  })

  it('leave a Zstandard frame alone that says it already', () => {
    const sized = zstdFrame(new Encoder(1).encodeSync(body), body.length)
    expect(zstdFrame(sized, body.length)).toBe(sized)
    expect(new Decoder().decodeSync(sized).equals(body)).toBe(true)
  })

  it('are not made from what a library of another kind gives', () => {
    expect(() => lz4Block(Buffer.from('6d68656c6c6f', 'hex'), 29)).toThrow(/size in front/)
    expect(() => lz4Block(Buffer.alloc(0), 0)).toThrow(/size in front/)
    // The framing format of Snappy.
    expect(() => snappyBlock(Buffer.from('ff060000734e61507059', 'hex'), 29)).toThrow(/raw Snappy/)
    expect(() => zstdFrame(Buffer.from('1f8b08000000', 'hex'), 29)).toThrow(/Zstandard/)
  })

  it('come with the headers of the Java SDK', () => {
    expect(compressionHeaders('lz4', 29)).toEqual({
      'content-encoding': 'lz4',
      'accept-encoding': 'lz4',
      'x-dis-lz4-content-length': '29'
    })
    expect(compressionHeaders('snappy', 29)).toEqual({
      'content-encoding': 'snappy',
      'accept-encoding': 'snappy'
    })
    expect(compressionHeaders('zstd', 29)).toEqual({
      'content-encoding': 'zstd',
      'accept-encoding': 'zstd',
      'x-dis-zstd-content-length': '29'
    })
  })
})

describe('a package', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dis-logs-codec-'))
    await install('missing', {})
    await install('broken', { 'lz4-napi': 'throw new Error("no binary for this machine\\nat line 1")' })
    await install('other', {
      'lz4-napi': 'exports.encode = (data) => data',
      snappy: 'exports.compressSync = (data) => data'
    })
    await install('text', { 'lz4-napi': 'exports.compressSync = (data) => data.toString()' })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function install(app: string, packages: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(folder, app), { recursive: true })
    for (const [name, code] of Object.entries(packages)) {
      const path = join(folder, app, 'node_modules', name)
      await mkdir(path, { recursive: true })
      await writeFile(join(path, 'index.js'), code)
    }
  }

  function problem(compression: 'lz4' | 'snappy' | 'zstd', app: string): string {
    try {
      loadCodec(compression, [() => join(folder, app, 'app.js')])
    } catch (error) {
      if (error instanceof DisConfigError) return error.message
      throw error
    }
    throw new Error('it was taken')
  }

  it('that is missing is named, with the command that installs it', () => {
    expect(problem('lz4', 'missing')).toBe(
      "Invalid DIS options:\n  wire.compression: got 'lz4', whose package lz4-napi is not installed; npm install lz4-napi, or set wire.compression: 'none'"
    )
    expect(problem('snappy', 'missing')).toContain('npm install snappy')
  })

  it('is not needed for zstd where Node has it, and named where it does not', () => {
    if ('zstdCompressSync' in zlib) expect(loadCodec('zstd', [])?.name).toBe('zstd')
    else expect(problem('zstd', 'missing')).toMatch(/npm install @toondepauw\/node-zstd, or Node 22\.15/)
  })

  it('that cannot be loaded is named with the reason', () => {
    expect(problem('lz4', 'broken')).toContain(
      'lz4-napi cannot be used: no binary for this machine; npm install'
    )
  })

  it('that is not what it should be is found out at construction', () => {
    expect(problem('lz4', 'other')).toContain('it has no compressSync')
    expect(problem('snappy', 'other')).toContain('not a raw Snappy block')
    expect(problem('lz4', 'text')).toContain('not a Buffer')
  })

  it('is looked for in one place after the other', () => {
    const nowhere = () => {
      throw new Error('the working directory was removed')
    }
    const places = [() => join(folder, 'missing', 'app.js'), () => '', nowhere, () => import.meta.url]
    expect(loadCodec('lz4', places)?.name).toBe('lz4')
  })

  it('is not looked for without compression', () => {
    expect(loadCodec('none', [])).toBeUndefined()
  })
})
