import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const own = mkdtempSync(join(tmpdir(), 'dis-logs-compare-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))

/** A checkout whose `write` takes 0.2 ms longer. */
function slowCheckout(): string {
  for (const part of ['compare.mjs', 'compare', 'cases', 'measure', 'report', 'sink', 'peers/package.json']) {
    cpSync(join(ROOT, 'bench', part), join(own, 'bench', part), { recursive: true })
  }
  mkdirSync(join(own, 'packages/core/dist'), { recursive: true })
  for (const name of ['pino', 'winston'])
    symlinkSync(join(ROOT, 'packages', name), join(own, 'packages', name))
  writeFileSync(
    join(own, 'packages/core/dist/index.mjs'),
    `import * as core from '${pathToFileURL(join(ROOT, 'packages/core/dist/index.mjs'))}'
    export function createProducer(options) {
      const producer = core.createProducer(options)
      const write = producer.write.bind(producer)
      producer.write = (line) => {
        const until = performance.now() + 0.2
        while (performance.now() < until);
        return write(line)
      }
      return producer
    }`
  )
  return own
}

const FEW = ['--case', 'createProducer', '--rounds', '6', '--lines', '1000', '--seed', '1']

it('bench:compare proves with real runs that a slowed copy is slower, and ends with status 1', () => {
  const main = join(slowCheckout(), 'bench/compare.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--base', ROOT, ...FEW], {
    encoding: 'utf8'
  })
  expect(stderr).toBe('')
  expect(stdout).toContain('order by seed 1')
  expect(stdout.match(/^\d\/6 .* (base|branch) first /gm)).toHaveLength(6)
  expect(stdout).toMatch(/^\| createProducer \| CPU, µs a line \|.*\| slower by more than 3 % \|$/m)
  expect(stdout).toMatch(/^\| createProducer \| lines\/s \|.*\| slower by more than 3 % \|$/m)
  expect(status).toBe(1)
}, 120_000)
