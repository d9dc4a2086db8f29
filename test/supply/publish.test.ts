import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FOLDERS, root, script, useCopy } from './release-copy.ts'

const run = promisify(execFile)

useCopy()

describe('a publication', () => {
  const names = ['@dis-logs/core', '@dis-logs/local', 'pino-dis', 'winston-dis', '@dis-logs/cli']

  it('takes what the registry does not have, what others need first; and nothing while one is missing', {
    timeout: 180_000
  }, async () => {
    const there = new Set(['@dis-logs/local', 'winston-dis'])
    const taken: string[] = []
    const registry = createServer((request, response) => {
      const name = decodeURIComponent(request.url ?? '').slice(1)
      if (request.method === 'PUT') {
        taken.push(name)
        there.add(name)
      }
      const isThere = there.has(name)
      const version = { name, version: '1.2.3', dist: { tarball: 'http://127.0.0.1/x.tgz' } }
      const answer = { name, 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': version } }
      request.resume().on('end', () => {
        response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' })
        response.end(JSON.stringify(isThere ? answer : { error: 'Not found' }))
      })
    })
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    const { port } = registry.address() as AddressInfo
    const flags = [
      '--no-provenance',
      `--registry=http://127.0.0.1:${port}/`,
      `--//127.0.0.1:${port}/:_authToken=t`
    ]
    const out = join(root, 'out')
    mkdirSync(out)
    try {
      const packed = FOLDERS.filter((folder) => folder !== 'cli')
      await run('npm', [
        'pack',
        '--pack-destination',
        out,
        ...packed.map((folder) => join(root, 'packages', folder))
      ])
      const early = await script('publish', [out, '--', ...flags])
      expect([early.code, early.stderr]).toEqual([
        1,
        expect.stringMatching(/dis-logs-cli-1\.2\.3\.tgz: pnpm sbom\n$/)
      ])
      expect(taken).toEqual([])

      await run('npm', ['pack', '--pack-destination', out, join(root, 'packages/cli')])
      const { stdout } = await script('publish', [out, '--', ...flags])
      expect(taken).toEqual(['@dis-logs/core', 'pino-dis', '@dis-logs/cli'])
      const told = names.map((name) => `${name}@1.2.3 is ${taken.includes(name) ? 'published' : 'there'}\n`)
      expect(stdout).toBe(told.join(''))
    } finally {
      registry.close()
    }
  })
})
