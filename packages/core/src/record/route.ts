/**
 * line → route. Pure and total: if the user's key function throws, or the field is missing, the fallback key is used.
 */
import { compileFieldReader } from './field.ts'

/** How lines find their partition. */
export type Routing =
  | { readonly kind: 'constant'; readonly partitionId: string }
  | { readonly kind: 'constantHash'; readonly explicitHashKey: string }
  | { readonly kind: 'spread' }
  | { readonly kind: 'field'; readonly paths: readonly string[] }
  | { readonly kind: 'function'; readonly keyOf: (line: string) => string | undefined }

/** Where a line goes: one of the fields of a DIS record, in the order of DIS's precedence. */
export type Route =
  | { readonly partitionId: string }
  | { readonly explicitHashKey: string }
  | { readonly partitionKey: string }
  | { readonly spread: true }

/** Gives the key of a line's lane: its partition key, or '' where all lines share one route. */
export type Router = (line: string) => string

/** `fallbackKey` (the machine's hostname) is used for a line without a key. */
export function createRouter(routing: Routing, fallbackKey: string): Router {
  switch (routing.kind) {
    case 'constant':
    case 'constantHash':
    case 'spread':
      return () => ''
    case 'field': {
      const read = compileFieldReader(routing.paths)
      return (line) => read(line) ?? fallbackKey
    }
    case 'function': {
      const { keyOf } = routing
      return (line) => {
        try {
          const key = keyOf(line)
          return typeof key === 'string' && key !== '' ? key : fallbackKey
        } catch {
          // A failing key function must neither lose the line nor disturb the application.
          return fallbackKey
        }
      }
    }
    default: {
      const never: never = routing
      return never
    }
  }
}

/** The key without its line: a key cut out of a line is a view that keeps the whole line in memory. A parsed string stands alone. */
export function copyOfKey(key: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(key))
  return typeof copy === 'string' ? copy : key
}

/** The route behind a lane's key. */
export function routeOf(routing: Routing, key: string): Route {
  switch (routing.kind) {
    case 'constant':
      return { partitionId: routing.partitionId }
    case 'constantHash':
      return { explicitHashKey: routing.explicitHashKey }
    case 'spread':
      return { spread: true }
    case 'field':
    case 'function':
      return { partitionKey: key }
    default: {
      const never: never = routing
      return never
    }
  }
}

/** The kinds of routes as numbers, for the disk. Numbers may be added, but never changed. */
export const ROUTE_KINDS = { partitionKey: 0, partitionId: 1, explicitHashKey: 2, spread: 3 } as const

/** A route as two values, for the disk. */
export interface PlainRoute {
  readonly kind: number
  readonly value: string
}

export function plainRoute(route: Route): PlainRoute {
  if ('partitionKey' in route) return { kind: ROUTE_KINDS.partitionKey, value: route.partitionKey }
  if ('partitionId' in route) return { kind: ROUTE_KINDS.partitionId, value: route.partitionId }
  if ('explicitHashKey' in route) return { kind: ROUTE_KINDS.explicitHashKey, value: route.explicitHashKey }
  return { kind: ROUTE_KINDS.spread, value: '' }
}

/** The route of two values. An unknown kind, perhaps of a later version, spreads. */
export function routeFrom({ kind, value }: PlainRoute): Route {
  switch (kind) {
    case ROUTE_KINDS.partitionKey:
      return { partitionKey: value }
    case ROUTE_KINDS.partitionId:
      return { partitionId: value }
    case ROUTE_KINDS.explicitHashKey:
      return { explicitHashKey: value }
    default:
      return { spread: true }
  }
}
