/** Paths of the API. Pure. Every id in a path goes through here, so that none can lead to another path. */
import { ID } from '../limits.ts'

/**
 * `/v2/{projectId}/{part}/…`. Ids come from users, files and other services, which are checked where they come in. This is
 * the last check. An id is refused and not escaped: no id of the service needs that, and the signature escapes paths itself.
 * @throws TypeError if a part is no id, which is a bug of the caller
 */
export function pathOf(projectId: string, ...parts: readonly string[]): string {
  const ids = [projectId, ...parts]
  if (!ids.every((id) => ID.test(id))) throw new TypeError('a part of the path is no id')
  return `/v2/${ids.join('/')}`
}
