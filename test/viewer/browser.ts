import { existsSync } from 'node:fs'
import { createProducer } from '@dis-logs/core'
import { createLocalDis, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'

const PLACES = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
]

/** The browser of this machine. None is downloaded. */
const executablePath = PLACES.find((path) => path !== '' && existsSync(path))

/** A browser that shares two cores with other tests takes its time. */
const TIMEOUT_MS = 90_000

/** Tests in a real browser; skipped, and saying so, where there is none. */
export const describeInBrowser = (name: string, body: () => void): void => {
  const isSkipped = executablePath === undefined
  const reason = isSkipped ? ' (no Chromium found: install one, or set CHROMIUM_PATH)' : ''
  describe.skipIf(isSkipped)(`${name}${reason}`, { timeout: TIMEOUT_MS }, body)
}

export const STREAM = 'app-logs'

/** What a page did that it must not do. */
export interface Complaints {
  /** Errors of its scripts, and what its policy forbade. */
  readonly errors: string[]
  /** Addresses that it asked for outside of its server. */
  readonly foreign: string[]
}

/** An open page of a server. */
export interface Opened {
  readonly dis: LocalDis
  readonly page: Page
  readonly complaints: Complaints
}

/** Opens pages in one browser for all tests of a file. Everything is closed after each test. */
export function useBrowser(): (
  options?: LocalDisOptions,
  prepare?: (page: Page) => Promise<unknown>
) => Promise<Opened> {
  let browser: Browser | undefined
  const open: { close(): Promise<void> }[] = []
  beforeAll(async () => {
    // Root has no sandbox, and nothing but our own page is opened.
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu']
    })
  })
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })
  afterAll(() => browser?.close())
  return async (options = {}, prepare = async () => {}) => {
    if (browser === undefined) throw new Error('no browser')
    const dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], ...options })
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    // The page goes first: a server that is gone would be a complaint.
    open.push(context, dis)
    const page = await context.newPage()
    const complaints: Complaints = { errors: [], foreign: [] }
    page.on('pageerror', (error) => complaints.errors.push(String(error)))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.errors.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(`${dis.url}/viewer/`)) complaints.foreign.push(request.url())
    })
    await prepare(page)
    await page.goto(String(dis.viewerUrl))
    return { dis, page, complaints }
  }
}

const connection = (dis: LocalDis) => ({
  endpoint: dis.url,
  projectId: 'local-project',
  streamName: STREAM,
  credentials: { accessKey: 'LOCAL-ACCESS-KEY', secretKey: 'local-secret-key' }
})

/** Sends lines with a real producer, until they are settled. */
export async function sendLines(
  dis: LocalDis,
  lines: readonly string[],
  options: Partial<Parameters<typeof createProducer>[0]> = {}
): Promise<void> {
  const producer = createProducer({ ...connection(dis), batch: { lingerMs: 5 }, ...options })
  for (const line of lines) producer.write(line)
  await producer.close()
}

/** Stores records as they are, without a producer: bytes of any kind, packed lines. */
export async function store(
  dis: LocalDis,
  records: readonly { readonly data: string | Buffer; readonly key?: string }[]
) {
  const body = {
    stream_name: STREAM,
    records: records.map(({ data, key }) => {
      return {
        data: Buffer.from(data).toString('base64'),
        ...(key === undefined ? {} : { partition_key: key })
      }
    })
  }
  const response = await fetch(`${dis.url}/v2/local-project/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  if (!response.ok) throw new Error(await response.text())
}
