import type { IncomingMessage } from 'node:http'
import type { WireRequest } from './service.ts'
import type { RequestTrace } from './viewer/request-log.ts'

/** A request of Node with its body, as the service takes it. */
export function wireRequest(
  request: IncomingMessage,
  body: Buffer,
  hold: (bytes: number) => boolean,
  trace: RequestTrace
): WireRequest {
  const url = request.url ?? '/'
  const at = url.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers: flatHeaders(request),
    body,
    hold: (bytes) => hold(body.buffer.byteLength + bytes),
    trace
  }
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return headers
}
