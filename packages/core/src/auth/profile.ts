/**
 * The credentials file of the official SDKs: INI, with `ak`, `sk`, `security_token`, `project_id` (or `idp_id` and
 * `id_token_file`) in the section `[basic]` or `[global]`.
 *
 * The rules are those of Python's configparser, because users of the Python SDK write these files. A comment has its own
 * line, because a secret may hold `#` and `;`. Quotes belong to the value. No INI package follows these rules.
 */
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fstatSync } from '../file-stats.ts'
import { exposureOf } from './exposure.ts'
import type { AccessKeys } from './identity.ts'

export interface ProfileFile {
  readonly path: string
  /** Undefined: `[basic]` if it exists, else `[global]`. */
  readonly section: string | undefined
}

/** The contents of a section. It has either keys or a federation. */
export interface Profile {
  readonly keys: AccessKeys | undefined
  readonly federation: { readonly idpId: string; readonly idTokenFile: string } | undefined
  readonly projectId: string | undefined
  readonly iamEndpoint: string | undefined
  /** What other users can do with the file, in words; undefined if nothing. */
  readonly exposure: string | undefined
}

/** Why there is no profile, with a cure. */
export interface ProfileProblem {
  /** False if the file or section is only missing. */
  readonly isBroken: boolean
  readonly given: string
  readonly cure: string
}

const DEFAULT_SECTIONS = ['basic', 'global']

/** The path in HUAWEICLOUD_SDK_CREDENTIALS_FILE, else the one in the home directory; undefined if neither is known. */
export function profilePath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = env['HUAWEICLOUD_SDK_CREDENTIALS_FILE']
  const home = homeOf(env)
  if (given) return given
  return home ? join(home, '.huaweicloud', 'credentials') : undefined
}

/** Replaces `~/` with the home directory. */
export function expandHome(path: string, env: Readonly<Record<string, string | undefined>>): string {
  const home = homeOf(env)
  return home && /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path
}

function homeOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env['HOME'] || env['USERPROFILE']
}

/** Reads the file each time, because another program may renew its keys. */
export function readProfile({ path, section }: ProfileFile): Profile | ProfileProblem {
  let text: string
  let exposure: string | undefined
  try {
    const file = openSync(path, 'r')
    try {
      text = readFileSync(file, 'utf8')
      exposure = exposureOf(path, fstatSync(file))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return {
      isBroken: false,
      given: `${path}, which cannot be read (${code})`,
      cure: 'give the path of a file that this process may read'
    }
  }
  const sections = parseIni(text)
  const name = section ?? DEFAULT_SECTIONS.find((each) => sections.has(each))
  const values = name === undefined ? undefined : sections.get(name)
  if (values === undefined) {
    const wanted = section === undefined ? '[basic]' : `[${section}]`
    return {
      isBroken: false,
      given: `${path} without a section ${wanted}`,
      cure: `write ak = … and sk = … below ${wanted}`
    }
  }
  return readSection(values, `${path}, section [${name}],`, exposure)
}

function readSection(
  values: ReadonlyMap<string, string>,
  where: string,
  exposure: string | undefined
): Profile | ProfileProblem {
  const get = (name: string) => values.get(name) || undefined
  const [accessKey, secretKey, securityToken] = [get('ak'), get('sk'), get('security_token')]
  const [idpId, idTokenFile] = [get('idp_id'), get('id_token_file')]
  const rest = { projectId: get('project_id'), iamEndpoint: get('iam_endpoint'), exposure }
  if (idpId && idTokenFile) return { keys: undefined, federation: { idpId, idTokenFile }, ...rest }
  if (accessKey && secretKey) {
    const keys =
      securityToken === undefined ? { accessKey, secretKey } : { accessKey, secretKey, securityToken }
    return { keys, federation: undefined, ...rest }
  }
  const half = accessKey
    ? 'with ak but without sk'
    : secretKey
      ? 'with sk but without ak'
      : 'without ak and sk'
  return { isBroken: true, given: `${where} ${half}`, cure: 'write both ak = … and sk = …' }
}

/** Sections of pairs; keys become lower case. Ignores lines that are neither a section nor a pair. */
function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let current: Map<string, string> | undefined
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[([^\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) {
      current = sections.get(header) ?? new Map()
      sections.set(header, current)
      continue
    }
    // Not by one pattern for name, spaces and sign: for a long line without a sign that took minutes.
    const sign = line.search(/[=:]/)
    if (sign > 0) current?.set(line.slice(0, sign).trimEnd().toLowerCase(), line.slice(sign + 1).trimStart())
  }
  return sections
}
