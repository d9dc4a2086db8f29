/** The server's thread: starts a server from `workerData` and carries out calls. Second entry of the build. */
import { parentPort, workerData } from 'node:worker_threads'
import { type DisServer, startServer } from './server.ts'
import { errorData, packRecords, type Reply, type Request, type Start } from './thread-messages.ts'

function send(message: Start | Reply, move: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, move)
}

async function carryOut(server: DisServer, { id, method, args }: Request): Promise<void> {
  try {
    if (method === 'records' || method === 'takeRecords') {
      const packed = packRecords(await server[method](String(args[0])))
      send({ kind: 'value', id, value: packed }, [packed.bytes.buffer])
      return
    }
    send({ kind: 'value', id, value: await call(server, method, args) })
  } catch (error) {
    send({ kind: 'error', id, error: errorData(error) })
  }
}

/** `stats`, or `faults.add` in two steps. The caller's types are checked where the call is made. */
function call(server: DisServer, method: string, args: readonly unknown[]): unknown {
  const [first = '', second] = method.split('.')
  const owner: unknown = second === undefined ? server : Reflect.get(server, first)
  if (typeof owner !== 'object' || owner === null) throw new TypeError(`no ${method}`)
  const target: unknown = Reflect.get(owner, second ?? first)
  if (typeof target !== 'function') throw new TypeError(`no ${method}`)
  return Reflect.apply(target, owner, [...args])
}

startServer({ ...workerData, pageFolder: new URL('./page/', import.meta.url) }).then(
  (server) => {
    parentPort?.on('message', (request: Request) => void carryOut(server, request))
    send({ kind: 'listening', url: server.url, port: server.port, viewerUrl: server.viewerUrl })
  },
  (error: unknown) => send({ kind: 'failed', error: errorData(error) })
)
