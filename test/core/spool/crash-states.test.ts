import { afterAll, describe, expect, it } from 'vitest'
import { type CrashOptions, crash } from './crash.ts'
import { type Fsync, Lives, type Promises } from './lives.ts'
import { ProducerLives, TARGET_OF_PRODUCER } from './producer-lives.ts'

/**
 * Each scenario runs once; then a crash comes after each change that it made on disk, with each loss that such a crash
 * can have, and a new process reads what is left.
 */
interface Scenario {
  readonly name: string
  readonly run: (lives: Lives) => Promise<void>
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'lines are appended',
    run: async (lives) => {
      const life = await lives.begin()
      life.write('aba')
      life.flush()
      life.write('bab', true)
      life.spool.syncSoon()
      await settled()
      for (let turn = 0; turn < 6; turn++) {
        life.write('abc')
        life.write('ac', true)
        await settled()
      }
      life.close()
    }
  },
  {
    name: 'lines are acknowledged',
    run: async (lives) => {
      const life = await lives.begin()
      life.write('abcabcabc', true)
      life.flush()
      life.acknowledge(0, 2, 1)
      life.writeAcknowledgements()
      life.write('abcabc', true)
      life.flush()
      life.acknowledge(4, 3)
      life.writeAcknowledgements()
      life.acknowledge(9, 10)
      life.writeAcknowledgements()
      life.write('abc')
      await settled()
      life.spool.syncSoon()
      await settled()
      life.acknowledge(...life.read())
      life.acknowledge(5, 6, 7, 8)
      life.writeAcknowledgements()
      life.acknowledge(11, 12, 13, 14)
      life.writeAcknowledgements()
      life.write('ab')
      life.close()
    }
  },
  {
    name: 'the oldest lines are given up',
    run: async (lives) => {
      const life = await lives.begin()
      for (let turn = 0; turn < 30; turn++) {
        life.write('ab', turn % 3 === 0)
        life.flush()
      }
      life.acknowledge(...life.read().slice(0, 4))
      life.writeAcknowledgements()
      for (let turn = 0; turn < 10; turn++) life.write('abc', true)
      life.close()
      expect(lives.endedAt.size).toBeGreaterThan(10)
    }
  },
  {
    name: 'a new process takes what a killed one left',
    run: async (lives) => {
      const first = await lives.begin()
      first.write('abcabcab', true)
      first.write('cabca')
      first.flush()
      first.acknowledge(0, 1, 3)
      first.writeAcknowledgements()
      first.kill()
      const second = await lives.begin()
      second.write('abc')
      second.flush()
      const [, ...others] = second.read()
      second.acknowledge(...others.slice(0, 4))
      second.writeAcknowledgements()
      second.write('ab')
      await settled()
      second.spool.syncSoon()
      await settled()
      second.kill()
      const third = await lives.begin()
      third.write('abc', true)
      third.flush()
      third.acknowledge(...third.read())
      third.writeAcknowledgements()
      third.close()
    }
  },
  {
    name: 'older lines are saved in front at the end',
    run: async (lives) => {
      const life = await lives.begin()
      const [a, b] = life.write('ab', true)
      life.flush()
      life.acknowledge(...life.write('aabbab', true).map(({ n }) => n))
      life.writeAcknowledgements()
      // In memory only, older than what waits on disk.
      const older = [...'abab'].map((key) => lives.line(key))
      life.write('abababababababab')
      life.flush()
      life.spool.beginFront()
      if (a === undefined || b === undefined) throw new Error('two lines were written')
      life.save(a, true)
      life.save(b, true)
      for (const line of older) life.save(line, false)
      life.spool.endFront()
      life.write('ab')
      life.close()
    }
  },
  {
    name: 'a process is taken for dead and goes on',
    run: async (lives) => {
      const slow = await lives.begin()
      slow.write('abab', true)
      slow.write('abababab')
      slow.flush()
      const thief = await lives.begin('cccccccccccc')
      await thief.tick(14)
      thief.acknowledge(...thief.read().slice(0, 5))
      thief.writeAcknowledgements()
      slow.write('cdcd')
      slow.flush()
      slow.appendRefused()
      slow.flush()
      await slow.tick()
      slow.write('cdcdcd')
      slow.flush()
      thief.write('ef')
      thief.flush()
      thief.kill()
      await slow.tick(14)
      slow.acknowledge(...slow.read().slice(0, 6))
      slow.close()
      expect(lives.troubles).toContainEqual({ kind: 'taken', parts: 1 })
    }
  }
]

const settled = () => new Promise((resolve) => setImmediate(resolve))

let checked = 0

async function expectPromisesKept(lives: Promises, options?: CrashOptions): Promise<void> {
  const { states, wrong } = await crash(lives, options)
  checked += states
  expect(wrong.slice(0, 10)).toEqual([])
}

describe.each(SCENARIOS)('when $name', ({ run }) => {
  it.each<Fsync>(['always', 'interval', 'never'])(
    "and a crash comes at any moment, a new process finds what was promised (fsync: '%s')",
    async (fsync) => {
      const lives = new Lives(fsync)
      await run(lives)
      // Only 'always' promises something about a power loss: of the others some are enough.
      await expectPromisesKept(lives, fsync === 'always' ? {} : { losses: 600 })
    }
  )
})

const PRODUCERS: readonly { readonly name: string; readonly run: (lives: ProducerLives) => Promise<void> }[] =
  [
    {
      name: "in mode 'always' meets a service that comes and goes, and is closed",
      run: async (lives) => {
        const life = lives.begin('always')
        lives.isDown = true
        await life.write('abcabc', 100)
        await life.write('abcabc', 20_000)
        await life.advance(300)
        lives.isDown = false
        await life.advance(300)
        await life.write('abc', 20)
        lives.isDown = true
        await life.advance(300)
        for (let turn = 0; turn < 6; turn++) await life.write('abab', 9_000)
        await life.close()
      }
    },
    {
      name: "in mode 'overflow' fills its memory and the disk, and is closed with both",
      run: async (lives) => {
        const life = lives.begin('overflow')
        lives.isDown = true
        for (let turn = 0; turn < 12; turn++) await life.write('abcdabcd', 2_000)
        await life.advance(300)
        lives.isDown = false
        await life.advance(200)
        lives.isDown = true
        for (let turn = 0; turn < 6; turn++) await life.write('abcdabcd', 2_000)
        await life.advance(1_000)
        await life.close()
      }
    },
    {
      name: 'is killed, and the next one sends what it left and is closed before the end',
      run: async (lives) => {
        const first = lives.begin('always')
        lives.isDown = true
        for (let turn = 0; turn < 8; turn++) await first.write('abcabcab', 4_000)
        lives.isDown = false
        await first.advance(250)
        lives.isDown = true
        await first.write('abc', 10)
        await first.kill()
        const second = lives.begin('always')
        await second.write('abcd', 10)
        lives.isDown = false
        await second.advance(450)
        lives.isDown = true
        for (let turn = 0; turn < 4; turn++) await second.write('abcd', 4_000)
        await second.close()
        const third = lives.begin('overflow')
        lives.isDown = false
        await third.advance(60_000)
        await third.close()
      }
    }
  ]

describe.each(PRODUCERS)('when a producer $name', ({ run }) => {
  it.each<Fsync>(['always', 'interval', 'never'])(
    "and a crash comes at any moment, nothing that was settled is lost (fsync: '%s')",
    async (fsync) => {
      const lives = new ProducerLives(fsync)
      await run(lives)
      const losses = fsync === 'always' ? 800 : 100
      await expectPromisesKept(lives, { target: TARGET_OF_PRODUCER, maxBytes: 8 * 1_048_576, losses })
    }
  )
})

afterAll(() => expect(checked).toBeGreaterThan(10_000))
