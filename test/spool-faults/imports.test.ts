import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { inScenario } from './scenario.ts'

const IMPORTER = fileURLToPath(new URL('imports.mjs', import.meta.url))

describe('modules that an application imports through links', () => {
  // After a plain stat of a socket Node follows no links (nodejs/node#51142), and the lock of another process is one.
  it('are found, and not a second time under another name, while its producer looks at the locks of others', async () => {
    await inScenario(['app-logs'], async (scenario) => {
      const options = scenario.options()
      const other = await scenario.start({ app: 'other', options })
      await other.ask('write', { from: 0, count: 10 })
      const child = spawn(process.execPath, [IMPORTER, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit']
      })
      const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
      expect(printed).toBe('')
      expect(code).toBe(0)
    })
  })
})
