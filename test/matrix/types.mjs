// test/types compiled by each TypeScript that is supported, as modules and as CommonJS, against packed packages: a user's project.
import { join } from 'node:path'
import { compile, layOut, RESOLUTIONS } from '../types/compile.mjs'
import { install, versionOf } from './install.mjs'

const NEWEST = ['pino@10', 'winston@3']
const OLDEST = ['pino@9.0.0', 'winston@3.8.0']

/** Name → the compiler, and what else the project has. */
const PROJECTS = {
  'typescript@5.4': { typescript: '5.4', node: '20', frameworks: NEWEST },
  'typescript@5.5': { typescript: '5.5', node: '20', frameworks: NEWEST },
  'typescript@5.6': { typescript: '5.6', node: '20', frameworks: NEWEST },
  'typescript@5.7': { typescript: '5.7', node: '20', frameworks: NEWEST },
  'typescript@5.8': { typescript: '5.8', node: '20', frameworks: NEWEST },
  'typescript@5.9': { typescript: '5.9', node: '20', frameworks: NEWEST },
  'typescript@6': { typescript: '6', node: '20', frameworks: NEWEST },
  'typescript@7': { typescript: '7', node: '20', frameworks: NEWEST },
  '@types/node@26': { typescript: '6', node: '26', frameworks: NEWEST },
  'types of peers': { typescript: '6', node: '20', frameworks: OLDEST }
}

export const TYPES_NAMES = Object.keys(PROJECTS)

/** Yields `{ what, fault }` for each way in which TypeScript finds packages. */
export async function* tryTypes(name, folder, tarballs) {
  const { typescript, node, frameworks } = PROJECTS[name]
  const others = [`typescript@${typescript}`, `@types/node@${node}`, 'expect-type@1']
  await install(folder, [...tarballs, ...frameworks, ...others, 'prom-client@15', '@opentelemetry/api@1'])
  const version = (of) => `${of} ${versionOf(folder, of)}`
  const shown = ['typescript', '@types/node', ...(frameworks === OLDEST ? ['pino', 'winston'] : [])]
  yield { what: 'version', note: shown.map(version).join(', ') }
  const cwd = join(folder, 'src')
  layOut(cwd)
  const tsc = join(folder, 'node_modules/typescript/bin/tsc')
  for (const resolution of RESOLUTIONS)
    yield { what: resolution, fault: await compile({ tsc, cwd, resolution }) }
}
