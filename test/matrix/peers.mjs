// Both ends of what package.json allows as peers: the first version that is allowed, and the newest of each later one.
import { join } from 'node:path'
import { versionOf } from './install.mjs'
import { prepare, tryFramework } from './runtimes.mjs'

/** With a thread-stream before 4.1 `logger.flush(callback)` of pino waits for nothing, and a worker says so, once. */
const OLD_FLUSH = /^\[dis-logs\] PINO_FLUSH: .*\n$/

/** Name → the framework, what is installed, and what is said in a worker. pino brings its own thread-stream: 2, 3 and 4 in this order. */
const PEERS = {
  'pino@9.0': { framework: 'pino', packages: ['pino@9.0.0', 'winston@3'], says: OLD_FLUSH },
  'pino@9': { framework: 'pino', packages: ['pino@9', 'winston@3'], says: OLD_FLUSH },
  'pino@10': { framework: 'pino', packages: ['pino@10', 'winston@3'] },
  'winston@3.8': { framework: 'winston', packages: ['pino@10', 'winston@3.8.0'] },
  'winston@3': { framework: 'winston', packages: ['pino@10', 'winston@3'] }
}

export const PEER_NAMES = Object.keys(PEERS)

/** Yields `{ what, fault }` for each way through the framework. */
export async function* tryPeer(name, folder, tarballs) {
  const { framework, packages, says } = PEERS[name]
  await prepare(folder, tarballs, packages)
  yield { what: 'version', note: versions(folder, framework) }
  yield* tryFramework(framework, folder, says)
}

function versions(folder, framework) {
  const version = versionOf(folder, framework)
  if (framework === 'winston') return version
  return `${version} with thread-stream ${threadStreamOf(folder)}`
}

/** The one that pino loads: below it where core's is another one. */
function threadStreamOf(folder) {
  try {
    return versionOf(join(folder, 'node_modules/pino'), 'thread-stream')
  } catch {
    return versionOf(folder, 'thread-stream')
  }
}
