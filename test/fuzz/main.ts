/** `pnpm fuzz`: kinds of inputs for some time; a table of what they took, and status 1 if an input broke a promise. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { corpusOf, keep } from './corpus.ts'
import type { Figures, Finding } from './job.ts'
import { isKind, KIND_NAMES } from './kinds.ts'
import { type Results, runJob } from './runner.ts'
import { classOf } from './smaller.ts'
import { table } from './table.ts'

const HELP = `pnpm fuzz [flags]: feeds damaged and hostile inputs to everything that reads them

  --seconds <n>   how long in all (default: 60); each kind gets an equal part
  --inputs <n>    so many inputs of each kind instead
  --seed <s>      where chance begins; it is printed (default: from the time)
  --only <kind>   this kind only; may be repeated
  --index <i>     with --only and --seed: this one input
  --file <path>   with --only: the input in that file
  --corpus <dir>  where failing inputs are kept, and found (default: test/fuzz/corpus)
  --help          this

First the kept inputs are used again, then new ones. Each may take 1 s and 64 MiB.

kinds: ${KIND_NAMES.join(', ')}
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    index: { type: 'string' },
    file: { type: 'string' },
    corpus: { type: 'string' },
    help: { type: 'boolean' }
  }
})

function numberOf(flag: 'seconds' | 'inputs' | 'seed' | 'index'): number | undefined {
  const text = values[flag]
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text)) return Number(text)
  say(`--${flag} needs a whole number`)
  process.exit(2)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function main(): Promise<number> {
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const kinds = values.only ?? KIND_NAMES
  const unknown = kinds.find((kind) => !isKind(kind))
  if (unknown !== undefined) {
    say(`there is no kind ${unknown}; kinds: ${KIND_NAMES.join(', ')}`)
    return 2
  }
  const seed = numberOf('seed') ?? Date.now() % 1_000_000_000
  say(`seed ${seed}`)
  const corpus = values.corpus ?? new URL('./corpus', import.meta.url).pathname
  const all = await runAll(kinds, seed, corpus)
  say(table(all.figures, all.findings))
  for (const { kind, index, reason, message } of all.passing)
    say(`${kind} ${index} ${reason} (${message}), but not when it was tried again alone: no failure`)
  tellFindings(all.findings, seed, corpus)
  return all.findings.length === 0 ? 0 : 1
}

async function runAll(kinds: readonly string[], seed: number, corpus: string): Promise<Results> {
  const index = numberOf('index')
  if (values.file !== undefined) return runJob({ kinds, seed, files: [resolve(values.file)] })
  if (index !== undefined) return runJob({ kinds, seed, from: index, until: index + 1 })
  const all: Results = { figures: [], findings: [], passing: [] }
  const add = async (job: Parameters<typeof runJob>[0]) => {
    const results = await runJob(job)
    all.figures.push(...results.figures)
    all.findings.push(...results.findings)
    all.passing.push(...results.passing)
    return results
  }
  for (const kind of kinds) {
    const files = corpusOf(corpus, kind)
    if (files.length === 0) continue
    const { findings } = await runJob({ kinds: [kind], seed, files })
    for (const finding of findings) say(`${kind}: fails again: ${files[finding.index]}`)
    all.findings.push(...findings)
  }
  const inputs = numberOf('inputs')
  if (inputs !== undefined) {
    await add({ kinds, seed, until: inputs })
    return all
  }
  const milliseconds = ((numberOf('seconds') ?? 60) * 1_000) / kinds.length
  for (const kind of kinds) {
    const { figures, findings } = await add({ kinds: [kind], seed, milliseconds })
    say(`${kind}: ${sumOf(figures)} inputs, ${findings.length} failures`)
  }
  return all
}

function sumOf(figures: readonly Figures[]): number {
  return figures.reduce((sum, { inputs }) => sum + inputs, 0)
}

/** One of each fault, with the way to repeat it. */
function tellFindings(findings: readonly Finding[], seed: number, corpus: string): void {
  const told = new Set<string>()
  for (const finding of findings) {
    const { kind, index, reason, message, bytes } = finding
    const fault = `${kind} ${reason} ${classOf(message)}`
    if (told.has(fault)) continue
    told.add(fault)
    say(`\n${kind} ${reason}: ${message}`)
    if (values.file === undefined) say(`  again:  pnpm fuzz --only ${kind} --seed ${seed} --index ${index}`)
    if (bytes === '') continue
    if (values.file === undefined) say(`  kept:   ${keep(corpus, kind, bytes)}`)
    say(`  bytes:  ${bytes.slice(0, 400)}${bytes.length > 400 ? `… (${bytes.length / 2})` : ''}`)
  }
}

process.exitCode = await main()
