import { register } from 'node:module'
import './tracing.cjs'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
