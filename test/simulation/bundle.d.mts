/** The types of bundle.mjs, for a test. */
import type { Mutation } from './mutations.mjs'

export function bundle(what?: { readonly name?: string; readonly mutation?: Mutation }): Promise<URL>
export function versionOf(file: URL): string
