import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type Io, run } from '@dis-logs/cli'
import { describe, expect, it } from 'vitest'
import { dislogs, environmentFor, SECRET_KEY } from './program.ts'

const env = environmentFor({ url: 'http://127.0.0.1:9' })

describe('help', () => {
  it('lists the commands and the exit statuses, on stdout', async () => {
    const { status, stdout, stderr } = await dislogs(['--help'], {})
    expect([status, stderr]).toEqual([0, ''])
    for (const word of ['ship', 'tail', 'top', 'doctor', 'replay', 'spool', 'local', 'Exit status'])
      expect(stdout.toString()).toContain(word)
  })

  it.each(['ship', 'tail', 'top', 'doctor', 'replay', 'local'])(
    'of %s has its flags, where secrets come from, and two examples',
    async (command) => {
      const { status, stdout } = await dislogs([command, '--help'], {})
      const help = stdout.toString()
      expect(status).toBe(0)
      expect(help).toContain('--stream <')
      expect(help).toContain('HUAWEICLOUD_SDK_AK')
      expect(help.split('Examples:\n')[1]?.trim().split('\n').length).toBe(2)
    }
  )

  it('comes on stderr with status 2 when there is no command', async () => {
    const { status, stdout, stderr } = await dislogs([], {})
    expect([status, stdout.length]).toEqual([2, 0])
    expect(stderr).toContain('Usage:')
  })

  it('gives the version of the package', async () => {
    expect((await dislogs(['--version'], {})).stdout.toString()).toMatch(/^\d+\.\d+\.\d+/)
  })
})

describe('wrong usage ends with status 2 and one line that says what is allowed:', () => {
  it.each([
    [['nope'], 'unknown command nope; allowed: ship, tail, top, doctor, replay, spool, local'],
    [['--nope'], 'unknown flag --nope; allowed: --help, --version'],
    [['ship', '--nope'], 'unknown flag --nope; allowed: --stream,'],
    [['ship', '-x'], 'unknown flag -x; allowed: --stream,'],
    [['ship', '--constructor'], 'unknown flag --constructor; allowed: --stream,'],
    [['ship', '--stream'], '--stream needs a value: --stream <name>'],
    [['ship', '--stream', '--region', 'x'], '--stream needs a value: --stream <name>'],
    [['ship', '--aggregate=yes'], '--aggregate takes no value'],
    [['ship', '--linger-ms', 'soon'], "--linger-ms: got 'soon'; allowed: a whole number from 0 to 60000"],
    [['ship', '--timeout', '0'], "--timeout: got '0'; allowed: seconds"],
    [
      ['ship', '--spread', '--partition-id', '0'],
      'allowed: one of --partition-key, --partition-id, --spread'
    ],
    [['ship', '--signing', 'md5'], "--signing: got 'md5'; allowed: sdk, dis, derived"],
    [['ship', '--stream', 'no spaces'], "--stream: got 'no spaces'; allowed: 1 to 64 letters"],
    [
      ['ship', '--endpoint', 'http://dis.example'],
      "--endpoint: got 'http://dis.example'; plain http is for loopback"
    ],
    [
      ['ship', '--signing', 'dis'],
      '--region: got nothing; --signing dis signs the region: set --region or DIS_REGION'
    ],
    [['tail', '--from', 'yesterday'], "--from: got 'yesterday'; allowed: latest, beginning, a time"],
    [['tail', '--output', 'xml'], "--output: got 'xml'; allowed: raw, pretty, json"],
    [['tail', '--since', 'noon'], "--since: got 'noon'; allowed: 90s, 15m, 2h, 1d, or a time"],
    [['tail', '--since', '1h', '--from', 'latest'], 'allowed: one of --from, --since'],
    [['tail', '--grep', '('], "--grep: got '('; allowed: a regular expression"],
    [['tail', 'app-logs'], 'tail takes flags only'],
    [['local', '--stream', 'a b'], "--stream: got 'a b'; allowed: a name"],
    [['local', '--auth'], '--auth found no credentials', {}],
    [['local', '--port', '65536'], '--port: got', {}]
  ])('%j', async (args, message, own: Record<string, string> = env) => {
    const { status, stderr, stdout } = await dislogs(args, own)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n').length).toBe(1)
    expect([status, stdout.length]).toEqual([2, 0])
  })

  it('what the environment lacks is named after its flag', async () => {
    const { DIS_STREAM_NAME: _, ...rest } = env
    const { status, stderr } = await dislogs(['ship'], rest)
    expect(status).toBe(2)
    expect(stderr).toContain('--stream: got nothing; set --stream or DIS_STREAM_NAME')
  })

  it('a secret that was given as a flag is not repeated', async () => {
    for (const args of [
      ['ship', `--secret-key=${SECRET_KEY}`],
      ['tail', '--sk', SECRET_KEY],
      ['tail', '--stream', 'a', `--sk=${SECRET_KEY}`],
      ['local', '--token', SECRET_KEY]
    ]) {
      const { status, stderr } = await dislogs(args, env)
      expect(status).toBe(2)
      expect(stderr).toContain('secrets come from the environment')
      expect(stderr).not.toContain(SECRET_KEY)
    }
  })
})

describe('run', () => {
  it('runs a command line within a process, with streams of its own', async () => {
    const stdout = new PassThrough()
    const io: Io = {
      stdin: new PassThrough(),
      stdout,
      stderr: new PassThrough(),
      onSignal: () => () => {},
      exit: () => {}
    }
    expect(await run(['--help'], io)).toBe(0)
    stdout.end()
    expect(await text(stdout)).toContain('Usage: dis-logs')
  })
})
