import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

const script = (body: string): string[] => [
  '--input-type=module',
  '-e',
  `import { createLocalDis } from '@dis-logs/local'\n${body}`
]

const SEND = `
const body = JSON.stringify({ stream_name: 'app-logs', records: [{ data: 'YQ==' }] })
const send = () => fetch(dis.url + '/v2/p/records', { method: 'POST', headers: { connection: 'close' }, body })
`

/** Output of a program that has to end by itself. */
async function outputOf(body: string): Promise<string> {
  return (await run(process.execPath, script(body), { timeout: 20_000 })).stdout
}

it('a server that nobody closes ends with its program, if it is asked to', async () => {
  const output = await outputOf(`
    const dis = await createLocalDis({ unref: true, streams: [{ name: 'app-logs' }] })
    ${SEND}
    await send()
    console.log((await dis.records('app-logs')).length)
  `)
  expect(output).toBe('1\n')
})

it('until then, who waits for an answer of it gets that answer', async () => {
  // Nothing but the call keeps the program alive. If it ended before, its status would be 13: an await that never ended.
  const output = await outputOf(`
    const dis = await createLocalDis({ unref: true })
    for (let n = 0; n < 20; n++) await Promise.all([dis.stats(), dis.faults.list()])
    await dis.close()
    console.log('closed')
  `)
  expect(output).toBe('closed\n')
})

it('it ends at the end of a block, too', async () => {
  const output = await outputOf(`
    const dis = await createLocalDis({ streams: [{ name: 'app-logs' }] })
    ${SEND}
    console.log((await send()).status)
    await dis[Symbol.asyncDispose]()
    console.log(await send().catch(({ cause }) => cause.code))
  `)
  expect(output).toBe('200\nECONNREFUSED\n')
})

it('by default it runs on: a server is closed, or ended with its program', async () => {
  const child = spawn(
    process.execPath,
    script(`
      const dis = await createLocalDis({ streams: [{ name: 'app-logs' }] })
      console.log(dis.url)
    `),
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  try {
    const [url] = await once(createInterface(child.stdout), 'line')
    // Each answer is one that a program which ends with its last line would hardly give, and the tenth one never.
    for (let n = 0; n < 10; n++) {
      expect((await fetch(`${String(url)}/v2/p/streams`)).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
  }
})

it('unref is true or false', async () => {
  const { createLocalDis } = await import('@dis-logs/local')
  const options: object = { unref: 'yes' }
  await expect(createLocalDis(options)).rejects.toThrow("unref is 'yes'; allowed: true or false")
})
