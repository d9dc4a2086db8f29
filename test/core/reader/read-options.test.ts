import { describe, expect, it } from 'vitest'
import { readStream } from '../../../packages/core/src/reader.ts'

describe('options of a reader', () => {
  const place = {
    endpoint: 'http://127.0.0.1:1',
    projectId: 'p',
    streamName: 's',
    credentials: { token: 'T' }
  }
  it.each([
    [{ from: 'now' }, 'from', "got 'now'; allowed: 'beginning', 'latest', a Date"],
    [{ from: new Date('x') }, 'from', 'a Date'],
    [{ from: { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: '1' } }, 'from', 'needs partitions with one id'],
    [{ partitions: 'all' }, 'partitions', 'a list'],
    [{ partitions: ['x'] }, 'partitions', 'a list'],
    [{ app: 'a b' }, 'app', "got 'a b'; allowed: 1 to 200 letters"],
    [{ app: 'a', checkpoints: { load() {}, save() {} } }, 'checkpoints', 'leave app or checkpoints out'],
    [{ checkpoints: {} }, 'checkpoints', '{ load, save }'],
    [{ checkpointMs: 5 }, 'checkpointMs', 'got 5; allowed: a whole number from 100'],
    [{ refreshMs: 0 }, 'refreshMs', 'a whole number'],
    [{ dedupe: { lookBack: -1 } }, 'dedupe', 'true, false or { lookBack }'],
    [{ dedupe: { size: 1 } }, 'dedupe', 'true, false or { lookBack }'],
    [{ dedupe: null }, 'dedupe', 'true, false or { lookBack }'],
    [{ signal: {} }, 'signal', 'an AbortSignal'],
    [{ onWarning: 1 }, 'onWarning', 'a function'],
    [{ aggregate: true }, 'aggregate', 'got an unknown option; allowed here: region'],
    [{ streamName: 'a b' }, 'streamName', '1 to 64']
  ])('%j: refused by name', (own, option, text) => {
    const options = { ...place, ...own }
    expect(() => readStream(options as never)).toThrow(
      expect.objectContaining({ code: 'DIS_LOGS_CONFIG', option, message: expect.stringContaining(text) })
    )
  })

  it('none at all is an error of the options, too', () => {
    expect(() => readStream()).toThrow(expect.objectContaining({ code: 'DIS_LOGS_CONFIG' }))
  })
})
