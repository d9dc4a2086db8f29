/** The route of a single line, checked as the options that say the same for all lines. */
import * as v from 'valibot'
import { invalidOption } from '../errors.ts'
import type { Route } from '../record/route.ts'
import { optionsSchema } from './options-schema.ts'
import { text } from './text-schema.ts'

const { partitionId, explicitHashKey } = optionsSchema.entries

const MAX_SHOWN = 80

/** @throws DisConfigError that names the field, for a route that the options would not take */
export function checkRoute(route: Route): Route {
  if ('partitionId' in route) return checked('partitionId', partitionId.wrapped, route.partitionId, route)
  if ('explicitHashKey' in route)
    return checked('explicitHashKey', explicitHashKey.wrapped, route.explicitHashKey, route)
  if ('partitionKey' in route) return checked('partitionKey', text(), route.partitionKey, route)
  return route
}

function checked(field: string, schema: v.GenericSchema, value: unknown, route: Route): Route {
  const { issues } = v.safeParse(schema, value)
  if (issues === undefined) return route
  const said = String(value)
  const given = said.length > MAX_SHOWN ? `'${said.slice(0, MAX_SHOWN)}…'` : `'${said}'`
  throw invalidOption(field, given, issues[0].message)
}
