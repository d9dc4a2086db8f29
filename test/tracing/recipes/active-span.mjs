import { trace } from '@opentelemetry/api'

/** The ids of the active span; empty outside of a span. */
export function traceIds() {
  const ids = trace.getActiveSpan()?.spanContext()
  if (ids === undefined) return {}
  return { trace_id: ids.traceId, span_id: ids.spanId, trace_flags: `0${ids.traceFlags.toString(16)}` }
}
