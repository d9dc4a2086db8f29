/** Keeps inputs on this machine: an option, a variable or a flag may name any host, and none of them is to be called. */
import { isIP, Socket } from 'node:net'

/** From now on a connection to anywhere but loopback, or to a name, fails as if nobody listened. */
export function refuseOtherMachines(): void {
  const connect = Socket.prototype.connect
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    if (isHere(args)) return Reflect.apply(connect, this, args)
    const error = Object.assign(new Error('connect ECONNREFUSED: a fuzzed input stays on this machine'), {
      code: 'ECONNREFUSED'
    })
    process.nextTick(() => this.destroy(error))
    return this
  }
}

/** The arguments of `connect` come as they were given, or as an array that node has normalized. */
function isHere([first, second]: readonly unknown[]): boolean {
  const options: unknown = Array.isArray(first) ? first[0] : first
  if (typeof options === 'string') return true
  if (typeof options === 'number') return typeof second === 'string' && isLoopback(second)
  const field = (name: string): unknown => Reflect.get(Object(options), name)
  if (typeof field('path') === 'string' && field('host') === undefined) return true
  const host = field('host')
  return typeof host === 'string' && isLoopback(host)
}

function isLoopback(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1'
}
