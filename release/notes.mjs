// `node release/notes.mjs`: the notes of this version, from the changelogs of all packages. What several of them say stands once.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { manifestsOf } from './packages.mjs'

const { values } = parseArgs({
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } }
})

/** Changes by their kind (`Minor Changes`), in the order in which they are met, each with the packages that it is about. */
const kinds = new Map()
for (const { folder, manifest } of manifestsOf(values.root).packages) {
  const text = readFileSync(join(values.root, folder, 'CHANGELOG.md'), 'utf8')
  const part = text.split(/^## /m).find((part) => part.startsWith(`${manifest.version}\n`)) ?? ''
  for (const section of part.split(/^### /m).slice(1)) {
    const [kind = '', ...lines] = section.trim().split('\n')
    const changes = kinds.get(kind) ?? new Map()
    kinds.set(kind, changes)
    for (const change of lines.join('\n').trim().split(/^- /m).slice(1))
      changes.set(change.trim(), [...(changes.get(change.trim()) ?? []), manifest.name])
  }
}

for (const [kind, changes] of kinds) {
  process.stdout.write(`## ${kind}\n\n`)
  for (const [change, names] of changes) process.stdout.write(`- **${names.join(', ')}**: ${change}\n`)
  process.stdout.write('\n')
}
