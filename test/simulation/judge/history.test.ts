import { describe, expect, it } from 'vitest'
import { attemptOf, kindsOf, recordByHand, writtenBy } from './by-hand.ts'
import { History } from './history.ts'

describe('the history', () => {
  it('knows lines by their bytes, and finds one that was changed or that nobody wrote', () => {
    const history = new History(false)
    const life = recordByHand()
    const [one, two] = [writtenBy(life, history), writtenBy(life, history)]
    expect(history.cargoOf(`${one.text}\n${two.text}`, 1).lines).toEqual([one, two])
    expect(history.cargoOf('{"dis_dropped":{"lines":3,"bytes":9}}', 1).notices).toBe(1)
    expect(kindsOf(history)).toEqual([])
    history.cargoOf(one.text.replace('"k":"a"', '"k":"b"'), 1)
    history.cargoOf('{"n":77}', 1)
    expect(kindsOf(history)).toEqual(['changed', 'changed'])
  })

  it.each([
    [
      'escaped where that is wanted',
      'escape',
      (text) => `\x1e\x1f${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      []
    ],
    ['not escaped where that is wanted', 'escape', (text) => text, ['changed', 'changed']],
    [
      'escaped where it is not',
      'keep',
      (text) => `\x1e\x1f${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      ['changed']
    ],
    [
      'with a newline for the two characters of one',
      'escape',
      (text) => `\x1e\x1f${text.replaceAll('\n', '\\n')}`,
      ['changed']
    ]
  ] as const satisfies readonly (readonly [
    string,
    'keep' | 'escape',
    (text: string) => string,
    readonly string[]
  ])[])('knows a line with newlines, %s', (_, newlines, sent, found) => {
    const history = new History(false)
    const { text } = history.write(
      recordByHand({ newlines }),
      'k',
      'logs',
      0,
      (n) => `{"n":${n},\n"s":"\\\\n"}`
    )
    history.cargoOf(sent(text), 1)
    expect(kindsOf(history)).toEqual(found)
  })

  it.each([
    { told: ['failed', 'failed', 'again', 'again'], found: [] },
    { told: ['failed', 'failed', 'failed'], found: ['attempts'] }
  ] as const)('counts failures of a line against its attempts, and no throttling: %o', ({ told, found }) => {
    const history = new History(false)
    const life = recordByHand({ retry: { maxAttempts: 2 } })
    const line = writtenBy(life, history)
    told.forEach((each, step) => {
      history.told(attemptOf(life, [line], step), { lines: [line], notices: 0 }, each, {
        now: step,
        steps: step
      })
    })
    expect(kindsOf(history)).toEqual(found)
  })

  it('counts them anew in another process, which has not seen them', () => {
    const history = new History(false)
    const [one, other] = [
      recordByHand({ retry: { maxAttempts: 1 } }),
      recordByHand({ retry: { maxAttempts: 1 } })
    ]
    const line = writtenBy(one, history)
    for (const life of [one, other]) {
      history.told(attemptOf(life, [line], 1), { lines: [line], notices: 0 }, 'failed', { now: 1, steps: 1 })
    }
    expect(kindsOf(history)).toEqual([])
  })
})
