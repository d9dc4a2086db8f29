export interface Build {
  /** Of a checkout whose packages are built. */
  readonly folder: string
  /** For people: the commit, or the folder. */
  readonly title: string
}

/** Makes the packages of a checkout. Throws if that fails. */
export type BuildStep = (folder: string, commit: string) => void

export class BadBase extends Error {}

export function baseBuild(
  base: string,
  where: { readonly repository: string; readonly kept: string; readonly build?: BuildStep }
): Build

export function builtFolder(folder: string): Build
