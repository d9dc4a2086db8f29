/**
 * Folders of the older format: `<pid>-<12 hex digits>`. They hold a `lock.json`, which the owner touched every few seconds,
 * segments with a time in their names, and adopted folders nested inside.
 *
 * They are converted once. The segments move to the front of the new order, and their acknowledgements are written in the new
 * format. These folders name no stream, so the first producer takes them, as it did in the older version.
 *
 * A crash in the middle does no harm: moved segments are older than the others, and numbers go up.
 */
import { crc32 } from 'node:zlib'
import { acknowledgementsFile } from './acknowledgements.ts'
import { type Disk, ignoreErrors, writeAll } from './disk.ts'
import { acknowledgementsName, segmentName } from './names.ts'
import type { Part } from './part.ts'

const FOLDER_NAME = /^\d+-[0-9a-f]{12}$/
const SEGMENT_NAME = /^\d{14}-\d{8}\.log$/
const LOCK = 'lock.json'
const ACK_HEAD_BYTES = 8
/** More levels than an earlier version could nest, because the length of a path is limited. */
const MAX_DEPTH = 1_000

/** The folders of the older format among these names, each with the path of its lock. */
export function findLegacyParts(
  disk: Disk,
  dir: string,
  names: readonly string[]
): { readonly name: string; readonly lock: string }[] {
  return names
    .filter((name) => FOLDER_NAME.test(name) && isLegacyPart(disk, `${dir}/${name}`))
    .map((name) => ({ name, lock: `${name}/${LOCK}` }))
}

/** Whether a folder holds our files. The user's own folders may have such a name and are never touched. */
function isLegacyPart(disk: Disk, path: string): boolean {
  if (disk.stat(path)?.kind !== 'folder') return false
  return disk.list(path).some((name) => name === LOCK || SEGMENT_NAME.test(name) || FOLDER_NAME.test(name))
}

/** Sorts folders, oldest first, by the name of the first segment in each. */
export function sortLegacyParts(disk: Disk, dir: string, names: readonly string[]): string[] {
  const first = new Map(
    names.map((name) => {
      const segments = disk.list(`${dir}/${name}`).filter((entry) => SEGMENT_NAME.test(entry))
      return [name, segments.sort()[0] ?? ''] as const
    })
  )
  return [...names].sort((a, b) => ((first.get(a) ?? '') < (first.get(b) ?? '') ? -1 : 1))
}

/** Converts the files of a part. Does nothing if they have the present format. @throws the file system's error */
export function convertLegacyPart(disk: Disk, part: Part): void {
  unnest(disk, part.path)
  const found: { readonly folder: string; readonly name: string }[] = []
  const folders = disk.list(part.path).filter((name) => FOLDER_NAME.test(name))
  for (const folder of [part.path, ...folders.map((name) => `${part.path}/${name}`)]) {
    for (const name of disk.list(folder)) if (SEGMENT_NAME.test(name)) found.push({ folder, name })
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1))
  part.list()
  for (const { folder, name } of found) {
    const number = part.nextNumber()
    const old = `${folder}/${name.replace(/\.log$/, '.ack')}`
    convertAcknowledgements(disk, old, `${part.path}/${acknowledgementsName(number)}`)
    disk.rename(`${folder}/${name}`, `${part.path}/${segmentName(number)}`)
    ignoreErrors(() => disk.remove(old))
  }
  for (const name of folders) removeLegacyFolder(disk, `${part.path}/${name}`)
  ignoreErrors(() => disk.remove(`${part.path}/${LOCK}`))
}

/** Moves nested folders up, level by level, so that paths stay short. */
function unnest(disk: Disk, path: string): void {
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    let isFlat = true
    for (const outer of disk.list(path).filter((name) => FOLDER_NAME.test(name))) {
      for (const inner of disk.list(`${path}/${outer}`).filter((name) => FOLDER_NAME.test(name))) {
        if (disk.exists(`${path}/${inner}`)) continue
        disk.rename(`${path}/${outer}/${inner}`, `${path}/${inner}`)
        isFlat = false
      }
    }
    if (isFlat) return
  }
}

/** Removes a folder without segments. */
function removeLegacyFolder(disk: Disk, path: string): void {
  ignoreErrors(() => {
    for (const name of disk.list(path))
      if (name === LOCK || name.endsWith('.ack')) disk.remove(`${path}/${name}`)
    disk.removeFolder(path)
  })
}

function convertAcknowledgements(disk: Disk, from: string, to: string): void {
  if (!disk.exists(from)) return
  ignoreErrors(() => {
    const file = disk.open(from, 'read')
    const bytes = Buffer.alloc(file.bytes)
    const places = legacyPlaces(bytes.subarray(0, file.read(bytes, 0)))
    file.close()
    const converted = disk.open(to, 'write')
    writeAll(converted, acknowledgementsFile(places), 0)
    converted.close()
  })
}

/** The places of an older file. It has blocks of a count, a CRC, and so many places. */
function legacyPlaces(file: Buffer): number[] {
  const places: number[] = []
  for (let at = 0; at + ACK_HEAD_BYTES <= file.length; ) {
    const end = at + ACK_HEAD_BYTES + file.readUInt32LE(at) * 4
    if (end > file.length) break
    const block = file.subarray(at + ACK_HEAD_BYTES, end)
    if (crc32(block) === file.readUInt32LE(at + 4)) {
      for (let index = 0; index < block.length; index += 4) places.push(block.readUInt32LE(index))
    }
    at = end
  }
  return places
}
