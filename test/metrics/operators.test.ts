/** What operators get: a real Prometheus scrapes an application, and dashboard and alerts name metrics that there are. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadPeer } from '../../packages/core/src/metrics/peer.ts'
import { OF_ATTEMPTS, PROMETHEUS_NAMES } from '../../packages/core/src/metrics/table.ts'
import { optionsFor, STREAM, serve } from './loggers.ts'

const folder = new URL('../../docs/grafana/', import.meta.url).pathname

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write(
      `${program} is not installed: what needs it is skipped (Debian: apt-get install prometheus)\n`
    )
    return false
  }
}

/** Names of metrics in a text, without the suffixes of a histogram's series. */
function namesIn(text: string): string[] {
  const names = text.match(/dis_logs_\w+/g) ?? []
  const histogram = `dis_logs_${OF_ATTEMPTS.duration}`
  return [...new Set(names.map((name) => (name.startsWith(`${histogram}_`) ? histogram : name)))]
}

const known = PROMETHEUS_NAMES.map((name) => `dis_logs_${name}`)

describe('what operators load', () => {
  it.each(['dashboard.json', 'alerts.yml'])('names metrics that there are: %s', async (file) => {
    const names = namesIn(await readFile(join(folder, file), 'utf8'))
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })

  it('docs/metrics.md names each metric, and no other', async () => {
    const text = await readFile(join(folder, '../metrics.md'), 'utf8')
    expect(namesIn(text).filter((name) => name !== 'dis_logs_' && !known.includes(name))).toEqual([])
    expect(known.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  it.skipIf(!isInstalled('promtool'))('is taken by promtool: the alert rules', async () => {
    const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', join(folder, 'alerts.yml')])
    expect(stdout).toMatch(/SUCCESS: 8 rules found/)
  })

  it.skipIf(!isInstalled('promtool'))(
    'is tried by promtool: when each alert fires, and when not',
    async () => {
      const tried = await readFile(join(import.meta.dirname, 'alerts.test.yml'), 'utf8')
      const alerts = await readFile(join(folder, 'alerts.yml'), 'utf8')
      const names = [...alerts.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name)
      expect(names.filter((name) => !tried.includes(`alertname: ${name}`))).toEqual([])
      // It ends with an error where an alert is not as expected.
      const { stdout } = await promisify(execFile)('promtool', [
        'test',
        'rules',
        join(import.meta.dirname, 'alerts.test.yml')
      ])
      expect(stdout).toContain('SUCCESS')
    }
  )
})

describe('a library that is not installed', () => {
  it('is named, with what to do', () => {
    expect(() => loadPeer('prom-client', (_): _ is unknown => true, [])).toThrow(
      'prom-client is not installed, and these metrics are for it: npm install prom-client'
    )
    expect(() => loadPeer('prom-client', (_): _ is unknown => false)).toThrow(
      'npm install prom-client@latest'
    )
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address())
  server.close()
  await once(server, 'close')
  return port
}

describe('a real Prometheus', () => {
  it.skipIf(!isInstalled('prometheus'))(
    'scrapes an application whose transport runs in pino’s worker',
    async () => {
      const dis = await serve()
      onTestFinished(() => dis.close())
      const app = spawn(
        process.execPath,
        [new URL('scraped.mjs', import.meta.url).pathname, JSON.stringify(optionsFor(dis))],
        {
          stdio: ['pipe', 'pipe', 'inherit']
        }
      )
      onTestFinished(async () => {
        app.stdin.end()
        await once(app, 'exit')
      })
      const [target] = await once(createInterface(app.stdout), 'line')
      const data = await mkdtemp(join(tmpdir(), 'dis-logs-prometheus-'))
      onTestFinished(() => rm(data, { recursive: true, force: true }))
      const config = join(data, 'prometheus.yml')
      await writeFile(
        config,
        `global: { scrape_interval: 1s }
rule_files: ['${join(folder, 'alerts.yml')}']
scrape_configs: [{ job_name: app, static_configs: [{ targets: ['127.0.0.1:${target}'] }] }]
`
      )
      const port = await freePort()
      const prometheus = spawn(
        'prometheus',
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${data}/data`,
          `--web.listen-address=127.0.0.1:${port}`
        ],
        { stdio: 'ignore' }
      )
      onTestFinished(async () => {
        prometheus.kill()
        await once(prometheus, 'exit')
      })
      const query = async (expression: string) => {
        const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`
        const { data } = Object(await (await fetch(url)).json())
        return data.result
      }
      await vi.waitFor(
        async () => {
          expect(await query('dis_logs_lines_delivered_total')).toMatchObject([
            { metric: { job: 'app', producer: 'web', stream: STREAM }, value: [expect.any(Number), '100'] }
          ])
          expect(await query('sum(dis_logs_records_sent_total{error_type=""})')).toMatchObject([
            { value: [expect.any(Number), '100'] }
          ])
        },
        { timeout: 20_000, interval: 200 }
      )
    }
  )
})
