/** Folders below `packages`. */
export type PackageFolder = 'core' | 'pino' | 'winston' | 'local' | 'cli'

export function packTo(
  folder: string,
  packages?: readonly PackageFolder[]
): Promise<ReadonlyMap<string, string>>
