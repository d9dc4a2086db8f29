import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage()

/** Runs `handle` with the ids of a W3C `traceparent` header. All that it logs carries them. */
export function withTrace(traceparent, handle) {
  const ids = /^[\da-f]{2}-(?<trace_id>[\da-f]{32})-(?<span_id>[\da-f]{16})-(?<trace_flags>[\da-f]{2})/
  return storage.run({ ...ids.exec(traceparent)?.groups }, handle)
}

/** The ids of the trace that the caller is in; empty outside of a trace. */
export function traceIds() {
  return storage.getStore() ?? {}
}
