import { connect } from 'node:net'

/** What came back over one connection, until the server ended it. */
export interface RawReply {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes as they are and reads until the connection ends. No status (0) if it ended without an answer. */
export function raw(port: number, request: string | Buffer): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      text += piece
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n')
      resolve({
        status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0),
        head,
        body: rest.join('\r\n\r\n')
      })
    })
  })
}

/** A request with header lines as given, and a body. The connection ends with its answer. */
export function message(line: string, headers: readonly string[], body: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(body)
  const length = bytes.length > 0 ? [`Content-Length: ${bytes.length}`] : []
  const version = /HTTP\/1\.[01]$/.test(line) ? '' : ' HTTP/1.1'
  const head = [`${line}${version}`, ...headers, ...length, 'Connection: close', '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head), bytes])
}
