import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inspectSpool } from '@dis-logs/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSite, portOf, type Site, STREAM } from './example.ts'

const EXAMPLE = resolve(import.meta.dirname, '../../examples/kubernetes')
const read = (name: string) => readFileSync(join(EXAMPLE, name), 'utf8')
const ORDERS = Array.from({ length: 20 }, (_, n) => `/orders/${n}`)
let site: Site

beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

describe('kubernetes: app.yaml', () => {
  const manifest = read('app.yaml')
  const app = read('app.js')

  it('gives the pod the time that its parts need, and the program no more than that', () => {
    const [, comment = '', period] = /# (.+)\n\s+terminationGracePeriodSeconds: (\d+)/.exec(manifest) ?? []
    const parts = [...comment.matchAll(/(\d+) s\b/g)].map(([, digits]) => Number(digits))
    const [preStop, server, close] = parts
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(Number(period))
    expect(manifest).toContain(`[sleep, "${preStop}"]`)
    expect(app).toContain(`closeAllConnections(), ${server}_000`)
    expect(app).toContain(`closeTimeoutMs: ${close}_000`)
  })

  it('sets what the program reads, and keeps it in a folder inside the volume', () => {
    const set = new Map(
      [...manifest.matchAll(/\{ name: (\w+), value: (\S+) \}/g)].map(([, name = '', value = '']) => [
        name,
        value
      ])
    )
    const [, mount] = /mountPath: ([^ }]+)/.exec(manifest) ?? []
    for (const name of ['SPOOL_DIR', 'DEAD_LETTERS']) {
      expect(app).toContain(`process.env.${name}`)
      expect(set.get(name)).toMatch(new RegExp(`^${mount}/.`))
    }
    expect([...set.keys()]).toEqual(
      expect.arrayContaining(['DIS_REGION', 'DIS_PROJECT_ID', 'DIS_STREAM_NAME'])
    )
  })

  it('runs as the user of the image, which copies files that are there', () => {
    const dockerfile = read('Dockerfile')
    const [, user] = /^USER (\d+)$/m.exec(dockerfile) ?? []
    expect(manifest).toContain(`runAsUser: ${user}\n`)
    const copied = [...dockerfile.matchAll(/^COPY (\S+) /gm)].map(([, file = '']) => file)
    expect(copied).not.toEqual([])
    expect(copied.filter((file) => !existsSync(join(EXAMPLE, file)))).toEqual([])
  })
})

describe('kubernetes: the program', () => {
  it('a pod that ends while the service hangs leaves its lines on the volume, and its next life sends them', async () => {
    const first = site.start('kubernetes')
    const port = await portOf(site, first)
    await site.dis.faults.add({ kind: 'hang' })
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    expect(await Promise.all(ORDERS.map(ask))).toEqual(ORDERS.map(() => 'accepted'))
    first.process.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0, signal: null })
    const { parts } = await inspectSpool(join(site.folder, 'spool'))
    expect(parts.reduce((sum, { lines }) => sum + lines, 0)).toBe(ORDERS.length)

    await site.dis.faults.clear()
    // What it said of its port.
    await site.dis.takeRecords(STREAM)
    const second = site.start('kubernetes')
    await portOf(site, second)
    second.process.kill('SIGTERM')
    expect(await second.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    const urls = (await site.lines()).filter(({ msg }) => msg === 'order received').map(({ url }) => url)
    expect([...new Set(urls)].sort()).toEqual([...ORDERS].sort())
  })
})
