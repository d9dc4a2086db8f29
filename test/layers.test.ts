import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Who may import whom. Each layer: the files that belong to it, the layers it may use, and the packages
 * (of node or npm) it may use. Type-only imports count: a word in the wrong place is still in the wrong place.
 */
interface Layer {
  readonly files: RegExp
  readonly uses: readonly string[]
  readonly packages: RegExp
}

const CORE: Readonly<Record<string, Layer>> = {
  words: {
    files:
      /^(limits|errors|clock|async-context|give-back|leases|report\/(codes|cure|events|printable|stats))\.ts$/,
    uses: ['words'],
    packages: /^node:(diagnostics_channel|async_hooks|util|worker_threads)$/
  },
  pure: {
    files:
      /^(record\/.*|wire\/.*|delivery\/(decide|verdict|backoff)|worker\/frames|reader\/(answers|name-pages|operator-answers|lines-of|failure|position|repeats|partition-pages)|report\/(diagnoses|dropped-line|situations)|auth\/(canonical|identity|authorize|secrets|sendable|sign-\w+)|spool\/(entry|segment-head|names|write-buffer|disk|spool-events))\.ts$/,
    uses: ['words', 'pure'],
    // Of zlib only the CRC.
    packages: /^(safe-stable-stringify|node:(crypto|buffer|util|zlib))$/
  },
  motion: {
    // The spool's stage and its formats; files and locks stand behind the port in spool/disk.ts.
    files:
      /^(queue\/.*|delivery\/(?!decide|verdict|backoff).*|report\/(drop-notice|reporter)|spool\/(acknowledgements|adoption|catch-up|claims|disk-rest|dropped-on-disk|fence|held-lines|legacy|line-age|lost-parts|orphans|own-silence|part|read-attempts|save-at-end|segment|segments|spool|spool-stage|spool-warnings|spool-writer|unread-lines|unsynced))\.ts$/,
    uses: ['words', 'pure', 'motion'],
    packages: /^node:zlib$/
  },
  edge: {
    files:
      /^(file-stats|net\/.*|spool\/(files|socket-lock|private-folder|dead-letters|letter-file)|codec\/.*|auth\/(?!canonical|identity|authorize|secrets|sendable|sign-).*)\.ts$/,
    uses: ['words', 'pure', 'edge'],
    packages: /^(undici\/index\.js|sonic-boom|node:.*)$/
  },
  root: {
    files:
      /^(otel|prometheus|reader|metrics\/.*|producer|producer-emitter|producer-id|forward-events|compose|open-spool|stats-of|process-exit|options\/.*|reader\/(client|requests|page-queue|progress|partition-reader|partitions|read-options|read-stream|app-checkpoints)|report\/stderr|spool\/inspect-spool|index|testing|testing\/.*|worker|worker\/(?!frames).*)\.ts$/,
    uses: ['words', 'pure', 'motion', 'edge', 'root'],
    packages:
      /^(valibot|thread-stream|@opentelemetry\/api|prom-client|node:(crypto|events|fs|module|os|path|timers\/promises|url|worker_threads))$/
  }
}

/** Other packages: what they may import from outside themselves. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  pino: /^(@dis-logs\/core|pino-abstract-transport|node:(events|stream|worker_threads))$/,
  winston: /^(@dis-logs\/core(\/worker)?|winston-transport|node:timers\/promises)$/,
  cli: /^(@dis-logs\/(core|local)|node:.*|[a-z][\w-]*)$/,
  // Apart from core, so that a misreading on one side cannot cancel itself on the other.
  local: /^(?!@dis-logs\/|pino-dis|winston-dis)(node:.*|[@a-z][\w/-]*)$/
}

// The one place where pure code may not look at the clock or at chance; motion gets them as parameters.
const IMPURE =
  /\b(Date\.now|Math\.random|setTimeout|setInterval|setImmediate|performance\.now|process\.env)\b/

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'))
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [
    ...text.matchAll(
      /^(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
    )
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

const CORE_SOURCE = 'packages/core/src'

/** Files of core that a file of core imports, types included. */
function importsWithin(file: string): string[] {
  return importsOf(join(CORE_SOURCE, file))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file), specifier).replaceAll('\\', '/'))
}

/** The shortest way along imports from a file back to itself, both ends included; empty if there is none. */
function circleThrough(start: string, graph: ReadonlyMap<string, readonly string[]>): string[] {
  const importers = new Map<string, string>()
  const found = [start]
  for (const file of found) {
    for (const target of graph.get(file) ?? []) {
      if (target === start) {
        const path = [start]
        for (let at = file; at !== start; at = importers.get(at) ?? start) path.unshift(at)
        return [start, ...path]
      }
      if (importers.has(target)) continue
      importers.set(target, file)
      found.push(target)
    }
  }
  return []
}

// Of the queue's inside. Everything else speaks to the door, queue/queue.ts.
const PRIVATE_TO_QUEUE = /^queue\/(lane|lanes|partition|rate-limiter|batcher)\.ts$/

function layerOf(file: string): string | undefined {
  return Object.keys(CORE).find((name) => CORE[name]?.files.test(file))
}

describe('the layers of core', () => {
  const files = sources(CORE_SOURCE)

  it('cover every file exactly once', () => {
    const count = (file: string) => Object.values(CORE).filter((layer) => layer.files.test(file)).length
    expect(files.filter((file) => count(file) !== 1)).toEqual([])
    expect(files.length).toBeGreaterThan(30)
  })

  it.each(files)('%s imports only what its layer may', (file) => {
    const layer = CORE[layerOf(file) ?? '']
    const wrong = importsOf(join(CORE_SOURCE, file)).filter((specifier) => {
      if (!specifier.startsWith('.')) return !layer?.packages.test(specifier)
      const target = relative(CORE_SOURCE, join(CORE_SOURCE, dirname(file), specifier))
      return !layer?.uses.includes(layerOf(target) ?? '')
    })
    expect(wrong).toEqual([])
  })

  it.each(files.filter((file) => ['pure', 'motion'].includes(layerOf(file) ?? '')))(
    '%s takes time, chance and environment as parameters',
    (file) => {
      expect(IMPURE.exec(withoutComments(readFileSync(join(CORE_SOURCE, file), 'utf8')))?.[0]).toBeUndefined()
    }
  )
})

describe('the imports of core', () => {
  const files = sources(CORE_SOURCE)
  const graph = new Map(files.map((file) => [file, importsWithin(file)]))

  it('name files that exist', () => {
    const targets = [...graph.values()].flat()
    expect(targets.filter((target) => !graph.has(target))).toEqual([])
    expect(targets.length).toBeGreaterThan(100)
  })

  it('form no circle, types included', () => {
    const circles = files
      .map((file) => circleThrough(file, graph))
      // A circle is found from each of its files; it is told from the first of them.
      .filter((circle) => circle.length > 0 && circle[0] === [...circle].sort()[0])
    expect(circles.map((circle) => circle.join(' → '))).toEqual([])
  })

  it('reach the lanes and partitions of the queue only from inside the queue', () => {
    const intruders = files
      .filter((file) => !file.startsWith('queue/'))
      .flatMap((file) =>
        importsWithin(file)
          .filter((target) => PRIVATE_TO_QUEUE.test(target))
          .map((target) => `${file} imports ${target}`)
      )
    expect(intruders).toEqual([])
  })
})

describe('a circle of imports', () => {
  it.each([
    ['of two', { a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    [
      'of three, behind a longer one',
      { a: ['b', 'c'], b: ['d'], c: ['e'], d: ['c'], e: ['a'] },
      ['a', 'c', 'e', 'a']
    ],
    ['of one', { a: ['a'] }, ['a', 'a']],
    ['elsewhere', { a: ['b'], b: ['c'], c: ['b'] }, []]
  ])('%s is found', (_, graph, circle) => {
    expect(circleThrough('a', new Map(Object.entries(graph)))).toEqual(circle)
  })
})

describe('stats of files', () => {
  // After a plain one of a socket or a pipe, Node follows no links when it loads modules (nodejs/node#51142).
  it.each(['core', 'local', 'cli', 'pino', 'winston'])('are taken as bigint in packages/%s', (name) => {
    const folder = `packages/${name}/src`
    const plain = sources(folder).flatMap((file) => {
      const text = withoutComments(readFileSync(join(folder, file), 'utf8'))
      if (
        file === 'file-stats.ts' ||
        /import [^;]*\b[lf]?statSync\b[^;]*? from '(\.\.?\/)+file-stats\.ts'/.test(text)
      )
        return []
      return [...text.matchAll(/(?<!function )\b[lf]?statSync\((?![^\n]*bigint: true)/g)].map(() => file)
    })
    expect(plain).toEqual([])
  })
})

describe('the ledger of core', () => {
  it('is written by the settlement alone', () => {
    const writes = /\bledger\.(write|settle|endSpooled|unsettle|recover)\(/
    const writers = sources(CORE_SOURCE).filter((file) =>
      writes.test(readFileSync(join(CORE_SOURCE, file), 'utf8').replaceAll('this.#', ''))
    )
    expect(writers).toEqual(['delivery/settlement.ts'])
  })
})

describe.each(Object.entries(PACKAGES))('packages/%s', (name, allowed) => {
  it('imports only what it may', () => {
    const folder = `packages/${name}/src`
    const wrong = sources(folder).flatMap((file) =>
      importsOf(join(folder, file))
        .filter((specifier) =>
          specifier.startsWith('.')
            ? relative(folder, join(folder, dirname(file), specifier)).startsWith('..')
            : !allowed.test(specifier)
        )
        .map((specifier) => `${file} imports ${specifier}`)
    )
    expect(wrong).toEqual([])
  })
})

describe('every source file', () => {
  const all = ['core', 'pino', 'winston', 'local', 'cli'].flatMap((name) =>
    sources(`packages/${name}/src`).map((file) => `packages/${name}/src/${file}`)
  )

  it('is at most 250 lines long', () => {
    expect(all.filter((file) => readFileSync(file, 'utf8').split('\n').length > 251)).toEqual([])
  })

  it('is not named after a drawer', () => {
    expect(all.filter((file) => /\b(utils?|helpers?|common|manager|misc)\b/.test(file))).toEqual([])
  })
})
