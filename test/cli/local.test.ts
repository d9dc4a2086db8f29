import { createClient } from '@dis-logs/core'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCESS_KEY, dislogs, Program, SECRET_KEY, STREAM } from './program.ts'

let running: Program | undefined

afterEach(() => {
  running?.child.kill('SIGKILL')
  running = undefined
})

async function local(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Program> {
  running = new Program(['local', '--port', '0', ...args], env)
  await running.says('\n', 'stdout')
  return running
}

/** The `export` lines of the block, as an environment. */
function pasted(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value])
  )
}

describe('local', () => {
  it('prints its URL alone on stdout, and an environment that works as it is', async () => {
    const server = await local(['--stream', STREAM, '--partitions', '2'])
    expect(server.stdout.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/)
    const env = pasted(server.stderr)
    expect(env['DIS_ENDPOINT']).toBe(server.stdout.toString().trim())
    expect((await dislogs(['ship'], env, 'one\ntwo\n')).status).toBe(0)
    const { stdout } = await dislogs(['tail', '--from', 'beginning', '--idle-timeout', '0.6'], env)
    expect(stdout.toString().trim().split('\n').sort()).toEqual(['one', 'two'])
  })

  it('prints the address of its page, which shows what a program sent', async () => {
    const server = await local([])
    const [, viewer = ''] = /see what arrives: (\S+)/.exec(server.stderr) ?? []
    expect(viewer).toBe(`${server.stdout.toString().trim()}/viewer/`)
    const page = await fetch(viewer)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('<title>Local DIS</title>')
    await dislogs(['ship'], pasted(server.stderr), '{"msg":"my first line"}\n')
    const events = await fetch(`${viewer}events`)
    let text = ''
    for await (const piece of events.body ?? []) {
      text += Buffer.from(piece).toString()
      if (text.includes('my first line')) break
    }
    expect(text).toContain('event: lines')
  })

  it('has no page with --no-viewer, and with --auth one whose address has a key', async () => {
    const without = await local(['--no-viewer'])
    expect(without.stderr).not.toContain('viewer')
    expect((await fetch(`${without.stdout.toString().trim()}/viewer/`)).status).toBe(404)
    without.child.kill('SIGKILL')
    const server = await local(['--auth'], { DIS_TOKEN: 'T' })
    const [, viewer = ''] = /see what arrives: (\S+)/.exec(server.stderr) ?? []
    expect(viewer).toMatch(/\/viewer\/\?key=[\w-]{24}$/)
    expect((await fetch(new URL('.', viewer))).status).toBe(403)
  })

  it('prints its counts at the end, with status 0', async () => {
    const server = await local([])
    await dislogs(['ship'], pasted(server.stderr), 'one\ntwo\n')
    server.child.kill('SIGTERM')
    const { status, stderr } = await server.end()
    expect(status).toBe(0)
    expect(stderr).toContain('2 records taken, 0 throttled, 0 failed, 6 bytes')
  })

  it('starts several streams, each with its partitions', async () => {
    const server = await local(['--stream', 'one:1', '--stream', 'many', '--partitions', '5'])
    for (const [streamName, partitions] of [
      ['one', 1],
      ['many', 5]
    ] as const) {
      const client = createClient({
        endpoint: server.stdout.toString().trim(),
        projectId: 'p',
        streamName,
        credentials: { token: 't' }
      })
      expect((await client.describeStream()).partitions.length).toBe(partitions)
      await client.close()
    }
  })

  it('with --auth takes the credentials of its environment only, and prints none of them', async () => {
    const credentials = { HUAWEICLOUD_SDK_AK: ACCESS_KEY, HUAWEICLOUD_SDK_SK: SECRET_KEY }
    const server = await local(['--auth'], credentials)
    const env = pasted(server.stderr)
    expect(env).not.toHaveProperty('HUAWEICLOUD_SDK_SK')
    expect((await dislogs(['ship'], { ...env, ...credentials }, 'one\n')).status).toBe(0)
    const stranger = { ...env, HUAWEICLOUD_SDK_AK: ACCESS_KEY, HUAWEICLOUD_SDK_SK: 'wrong' }
    expect((await dislogs(['tail', '--idle-timeout', '1'], stranger)).status).toBe(1)
    server.child.kill('SIGINT')
    const { stderr, stdout } = await server.end()
    expect(stderr + stdout.toString()).not.toContain(SECRET_KEY)
  })

  it('ends with status 1 when the port is taken', async () => {
    const server = await local([])
    const port = new URL(server.stdout.toString().trim()).port
    const { status, stderr } = await dislogs(['local', '--port', port], {})
    expect(status).toBe(1)
    expect(stderr).toContain(`cannot listen on port ${port}: address already in use (EADDRINUSE)`)
    expect(stderr).toContain('take another port with --port')
  })
})
