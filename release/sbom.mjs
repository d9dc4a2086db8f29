/**
 * `pnpm sbom [--out <folder>]`: what a release publishes, in one folder. The tarball of each package, and beside it its SBOM
 * (CycloneDX): all that npm installs with that tarball today, and what is built into its `dist`. `npm sbom` writes it, in a folder
 * in which these tarballs were installed. Added here is what npm cannot know: which package it is about, and the built-in code.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { out: { type: 'string', default: fileURLToPath(new URL('out', import.meta.url)) } }
})
const out = resolve(values.out)

const released = await pack()
const whole = await sbomOfAll(released.map(({ tarball }) => join(out, tarball)))
for (const { ref, tarball } of released) {
  const bill = billOf(ref)
  const file = tarball.replace(/\.tgz$/, '.cdx.json')
  await writeFile(join(out, file), `${JSON.stringify(bill, null, 2)}\n`)
  process.stdout.write(`${file}: ${bill.components.length} components\n`)
}

/** Packs each package. Nothing of an earlier release stays in the folder. */
async function pack() {
  await mkdir(out, { recursive: true })
  for (const file of await readdir(out)) if (/\.(tgz|cdx\.json)$/.test(file)) await rm(join(out, file))
  // By the pnpm that runs this script, which at a release is the pinned one; by any pnpm 10 where it is run without one.
  const running = process.env.npm_execpath ?? ''
  const [command, ...before] = /pnpm\.c?js$/.test(running)
    ? [process.execPath, running]
    : ['npx', '-y', 'pnpm@10']
  await run(command, [...before, '-r', '--filter', './packages/*', 'pack', '--pack-destination', out], {
    cwd: root
  })
  const folders = (await readdir(join(root, 'packages'))).map((name) => join(root, 'packages', name))
  return Promise.all(
    folders.map(async (folder) => {
      const { name, version } = await manifestOf(folder)
      const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
      return { ref: `${name}@${version}`, tarball, builtIn: await builtInto(folder) }
    })
  )
}

/** One SBOM of all tarballs together, as npm writes it. No script of a package runs. */
async function sbomOfAll(tarballs) {
  const cwd = await mkdtemp(join(tmpdir(), 'dis-logs-sbom-'))
  try {
    await writeFile(join(cwd, 'package.json'), '{"name":"release","version":"0.0.0","private":true}')
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
    await run('npm', ['install', ...flags, ...tarballs], { cwd })
    const { stdout } = await run('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd, maxBuffer: 2 ** 26 })
    return JSON.parse(stdout)
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

/** The part of the whole that hangs on one package, which becomes its subject. */
function billOf(subjectRef) {
  const below = new Map(whole.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const reached = new Set([subjectRef])
  // A Set gives its loop what is added meanwhile: so this ends when nothing new is reached.
  for (const ref of reached) for (const dependency of below.get(ref) ?? []) reached.add(dependency)
  const parts = new Map(
    whole.components
      .filter((component) => reached.has(component['bom-ref']))
      .map((component) => [component['bom-ref'], described(component)])
  )
  const subject = parts.get(subjectRef)
  if (subject === undefined)
    throw new Error(`npm installed no ${subjectRef}: ${[...below.keys()].join(', ')}`)
  parts.delete(subjectRef)
  return {
    ...whole,
    serialNumber: `urn:uuid:${randomUUID()}`,
    metadata: { ...whole.metadata, component: subject },
    components: [...parts.values()],
    dependencies: [...reached].map((ref) => ({ ref, dependsOn: below.get(ref) ?? [] }))
  }
}

/** Code of others in `dist`: each has its licence in THIRD-PARTY.md, under a heading with name and version. */
async function builtInto(folder) {
  const notice = join(folder, 'THIRD-PARTY.md')
  if (!existsSync(notice)) return []
  const headings = [...(await readFile(notice, 'utf8')).matchAll(/^## (\S+) (\S+)$/gm)]
  return Promise.all(
    headings.map(async ([, name, version]) => {
      const manifest = await manifestOf(join(folder, 'node_modules', name))
      if (manifest.version !== version)
        throw new Error(`${notice} has ${name} ${version}, built in is ${manifest.version}`)
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
      return {
        'bom-ref': `built-in:${name}@${version}`,
        type: 'library',
        name,
        version,
        purl,
        // One licence, or an expression such as `MIT AND BSD-3-Clause`.
        licenses: [
          / /.test(manifest.license)
            ? { expression: manifest.license }
            : { license: { id: manifest.license } }
        ]
      }
    })
  )
}

/** A component with what is built into it, and without the folder of this machine that its tarball came from. */
function described({ externalReferences = [], ...component }) {
  const builtIn = released.find(({ ref }) => ref === component['bom-ref'])?.builtIn ?? []
  return {
    ...component,
    externalReferences: externalReferences.filter(({ url }) => !url.startsWith('file:')),
    ...(builtIn.length > 0 && { components: builtIn })
  }
}

async function manifestOf(folder) {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
