// An application that imports modules through links, as pnpm lays them out, while its producer looks after a spool. Prints the
// addresses of those that were not found where they are.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createProducer } from '@dis-logs/core'

const MODULES = 300
const lost = []
const options = JSON.parse(process.argv[2])

const folder = mkdtempSync(join(tmpdir(), 'dis-logs-imports-'))
mkdirSync(join(folder, 'store'))
mkdirSync(join(folder, 'links'))
for (let n = 0; n < MODULES; n++) {
  mkdirSync(join(folder, 'store', `${n}`))
  writeFileSync(join(folder, 'store', `${n}`, 'index.mjs'), 'export const address = import.meta.url\n')
  symlinkSync(join(folder, 'store', `${n}`), join(folder, 'links', `${n}`))
}
try {
  // The folders above are known from then on.
  await import(join(folder, 'links/0/index.mjs'))
  const producer = createProducer(options)
  for (let n = 1; n < MODULES; n++) {
    await setImmediate()
    const { address } = await import(join(folder, 'links', `${n}`, 'index.mjs'))
    if (!address.includes('/store/')) lost.push(address)
  }
  if (lost.length > 0) process.stdout.write(`${lost.length} of ${MODULES}, as ${lost[0]}\n`)
  await producer.close()
} finally {
  rmSync(folder, { recursive: true })
}
