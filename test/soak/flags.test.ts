import { describe, expect, it } from 'vitest'
import { type Flags, parseFlags } from './flags.ts'

const flags = (...args: string[]) => parseFlags(args, 1_234_567_890_123)

describe('the flags of the soak', () => {
  it('have defaults, and a seed from the time', () => {
    const expected: Flags = {
      seconds: 600,
      seed: 567_890_123,
      processes: 6,
      only: [],
      mutation: undefined,
      isQuiet: false
    }
    expect(flags()).toEqual(expected)
  })

  it('take minutes, hours, a seed, processes, faults and a mutation', () => {
    expect(flags('--minutes', '0.5', '--seed', '7', '--processes', '3')).toMatchObject({
      seconds: 30,
      seed: 7,
      processes: 3
    })
    expect(flags('--', '--hours', '2', '--only', 'kill', '--only', 'stop', '--mutate', 'lost')).toMatchObject(
      {
        seconds: 7_200,
        only: ['kill', 'stop'],
        mutation: 'lost'
      }
    )
    expect(flags('--help')).toBe('help')
  })

  it.each([
    [['--seed', 'seven'], '--seed: got "seven"; allowed: a whole number from 0 to 999999999'],
    [['--seed', '1.5'], '--seed: got "1.5"; allowed: a whole number from 0 to 999999999'],
    [['--minutes', '0'], '--minutes: got "0"; allowed: a number above 0, at most 6000'],
    [['--minutes', 'ten'], '--minutes: got "ten"; allowed: a number above 0, at most 6000'],
    [['--hours', '101'], '--hours: got "101"; allowed: a number above 0, at most 100'],
    [['--hours', '1', '--minutes', '2'], '--hours: got "1, beside --minutes 2"; allowed: one of the two'],
    [['--processes', '2'], '--processes: got "2"; allowed: a whole number from 3 to 32'],
    [['--processes', '1e3'], '--processes: got "1e3"; allowed: a whole number from 3 to 32'],
    [['--mutate', 'found'], '--mutate: got "found"; allowed: lost, ']
  ])('%j: says what, what was given and what is allowed', (args, problem) => {
    expect(flags(...args)).toEqual({ problem: expect.stringContaining(problem) })
  })

  it('names a fault that does not exist, and those that do', () => {
    expect(flags('--only', 'earthquake')).toEqual({
      problem: expect.stringMatching(/^--only: got "earthquake"; allowed: .*half-open.*kill/)
    })
  })

  it.each([[['--sed', '7']], [['seven']], [['--seed']]])('%j: names a flag that does not exist', (args) => {
    expect(flags(...args)).toEqual({ problem: expect.stringMatching(/(--sed|seven|--seed).*--help/s) })
  })
})
